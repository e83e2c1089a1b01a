import type { TimedWord } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { WrittenWords } from './written-words.ts';

/** Tokens of 100 ms each, one after the other. */
function tokens(spoken: string): TimedWord[] {
  return spoken
    .split(' ')
    .map((text, index) => ({ text, startMs: index * 100, endMs: index * 100 + 90 }));
}

/** `word@start-end` of all that is told, what is told at the end behind a bar. */
function told(written: string, spoken: string): string {
  const words = new WrittenWords(written);
  const shown = (list: readonly TimedWord[]): string =>
    list.map(({ text, startMs, endMs }) => `${text}@${startMs}-${endMs}`).join(' ');
  const taken = tokens(spoken).flatMap((token) => words.take([token]));
  return [shown(taken), shown(words.rest(5_000))].filter((part) => part !== '').join(' | ');
}

describe('WrittenWords', () => {
  it('finds words whatever their case, accents and marks', () => {
    expect(told('“Sure,” it’s a café.', 'sure its A cafe')).toBe(
      '“Sure,”@0-90 it’s@100-190 a@200-290 café.@300-390',
    );
  });

  it('finds words that are divided or joined otherwise', () => {
    expect(told('Call 555-0142 a.m. now', 'Call 555 0142 a m now')).toBe(
      'Call@0-90 555-0142@100-290 a.m.@300-490 now@500-590',
    );
    expect(told('Good morning to you', 'Goodmorning to you')).toBe(
      'Good@0-90 morning@0-90 to@100-190 you@200-290',
    );
  });

  it('gives a sign its own time where it is told, and none where it is not', () => {
    expect(told('Visa & Mastercard', 'Visa & Mastercard')).toBe(
      'Visa@0-90 &@100-190 Mastercard@200-290',
    );
    expect(told('- one - two -', 'one two')).toBe('-@0-0 one@0-90 -@90-90 two@100-190 | -@190-190');
  });

  it('gives a number that is spoken out the time of all that is said for it', () => {
    expect(told('Order 4471 has shipped.', 'order four four seven one has shipped')).toBe(
      'Order@0-90 4471@100-490 has@500-590 shipped.@600-690',
    );
    expect(told('It costs $19.99.', 'it costs nineteen dollars ninety nine')).toBe(
      'It@0-90 costs@100-190 | $19.99.@200-590',
    );
    expect(told('Dr. Smith & Co. come', 'doctor Smith and company come')).toBe(
      'Dr.@0-90 Smith@100-190 &@200-390 Co.@200-390 come@400-490',
    );
  });

  it('holds back a number until it is known where it ends', () => {
    const words = new WrittenWords('at 9 sharp');
    words.take(tokens('at nine'));
    expect(words.unfinishedFromMs).toBe(100);
    expect(words.isOver).toBe(false);
  });

  it('tells no word that it does not know to be said, until all is', () => {
    expect(told('We ship it today.', 'We send it today')).toBe(
      'We@0-90 | ship@90-5000 it@90-5000 today.@90-5000',
    );
    expect(told('We ship it.', 'We ship')).toBe('We@0-90 ship@100-190 | it.@190-5000');
  });

  it('tells nothing where nothing was found, so that somebody else may find it', () => {
    expect(told('We ship it.', 'Something else')).toBe('');
    expect(new WrittenWords('We ship it.').rest(1_000)).toEqual([]);
  });

  it('takes no more than there is, and keeps times in order', () => {
    const words = new WrittenWords('one two');
    expect(
      words.take([
        { text: 'one', startMs: 100, endMs: 50 },
        { text: 'two', startMs: 20, endMs: 30 },
        { text: 'three', startMs: 40, endMs: 50 },
      ]),
    ).toEqual([
      { text: 'one', startMs: 100, endMs: 100 },
      { text: 'two', startMs: 100, endMs: 100 },
    ]);
    expect(words.isOver).toBe(true);
    expect(words.rest(1_000)).toEqual([]);
  });
});
