import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SentenceCutter } from './sentence-cutter.ts';

function cut(...deltas: string[]): string[] {
  const cutter = new SentenceCutter();
  return [...deltas.flatMap((delta) => cutter.push(delta)), ...cutter.flush()];
}

function normalised(text: string): string {
  return text.trim().replace(/\s+/gu, ' ');
}

describe('SentenceCutter cuts after sentences', () => {
  it.each<[string, string[]]>([
    ['It shipped. It arrives Monday.', ['It shipped.', 'It arrives Monday.']],
    ['Is that right? Yes! Good.', ['Is that right?', 'Yes!', 'Good.']],
    ['She said "Wait." Then she left.', ['She said "Wait."', 'Then she left.']],
    ['It is done (finally!) Thank you.', ['It is done (finally!)', 'Thank you.']],
    ['It costs 19. Anything else?', ['It costs 19.', 'Anything else?']],
    ['please hold. checking now.', ['please hold.', 'checking now.']],
    ['No. Your order is fine.', ['No.', 'Your order is fine.']],
    ['It comes at 4 p.m. You can sign for it.', ['It comes at 4 p.m.', 'You can sign for it.']],
    [
      "It was made in the U.S. That's all I know.",
      ['It was made in the U.S.', "That's all I know."],
    ],
    ['First line\n\nSecond line', ['First line', 'Second line']],
    ['Two things:\n- a lamp\n- a desk', ['Two things:', '- a lamp', '- a desk']],
    ['Done. "', ['Done.', '"']],
  ])('%j', (text, pieces) => {
    expect(cut(text)).toEqual(pieces);
    expect(cut(...text.split(''))).toEqual(pieces);
  });
});

describe('SentenceCutter leaves whole', () => {
  it.each([
    'That is $19.99 in all.',
    'It comes at 4 p.m. on Friday.',
    'Dr. Smith will call at 4 p.m. Eastern time.',
    'Mr. and Mrs. O’Neil live on St. James St. in Boston.',
    'See No. 5, e.g. the lamp.',
    'The rate is 3.5 percent.',
    'Well... I do not know... sorry.',
    'Well… I do not know.',
    'J. R. R. Tolkien wrote it.',
    'Acme Inc. makes it.',
    '1. Open the box.',
    'Jan. 5 is a Friday.',
    'Go to example.com now.',
    'Your confirmation code is: 447 in all.',
    'I have that under order: 447 again.',
  ])('%j', (text) => {
    expect(cut(`Yes. ${text}`)).toEqual(['Yes.', text]);
    expect(cut(...`Yes. ${text}`.split(''))).toEqual(['Yes.', text]);
  });
});

describe('SentenceCutter ends the first piece early', () => {
  it.each<[string, string[]]>([
    [
      'Your order 4471 has shipped, so it will be with you on Monday, I think.',
      ['Your order 4471 has shipped,', 'so it will be with you on Monday, I think.'],
    ],
    [
      'Your order has shipped and it will be with you on Monday.',
      ['Your order has shipped', 'and it will be with you on Monday.'],
    ],
    [
      'I can look that up for you; what is the number?',
      ['I can look that up for you;', 'what is the number?'],
    ],
    ['Sure, I can look that up.', ['Sure, I can look that up.']],
    ['The store is open between nine and five.', ['The store is open between nine and five.']],
    ['Your order number is 4, 4, 7, 1.', ['Your order number is 4, 4, 7, 1.']],
    ['It was delivered on April 25, 2025.', ['It was delivered on April 25, 2025.']],
    ['We are open on weekdays from 9 – 5 only.', ['We are open on weekdays from 9 – 5 only.']],
  ])('%j', (text, pieces) => {
    expect(cut(text)).toEqual(pieces);
    expect(cut(...text.split(''))).toEqual(pieces);
  });

  it('again after a flush', () => {
    const cutter = new SentenceCutter();
    const text = 'Your order has shipped, so it will be with you soon.';
    const first = [...cutter.push(text), ...cutter.flush()];
    expect([...cutter.push(text), ...cutter.flush()]).toEqual(first);
  });
});

describe('SentenceCutter', () => {
  it('gives a sentence as soon as the blank after it has come', () => {
    const cutter = new SentenceCutter();
    expect(cutter.push('It has shipped.')).toEqual([]);
    expect(cutter.push(' ')).toEqual(['It has shipped.']);
  });

  it('waits for the word that tells whether an abbreviation ends its sentence', () => {
    const cutter = new SentenceCutter();
    expect(cutter.push('It comes at 4 p.m. You')).toEqual([]);
    expect(cutter.push(' can')).toEqual(['It comes at 4 p.m.']);
  });

  it('parts a sentence without end at its last clause', () => {
    const clause = `${'word '.repeat(50).trim()},`;
    const [first, second] = cut(`Yes. ${clause} ${'word '.repeat(60)}`).slice(1);
    expect(first).toBe(clause);
    expect(second?.length).toBeLessThanOrEqual(300);
  });

  it('keeps a word without end whole', () => {
    expect(cut('a'.repeat(1000))).toEqual(['a'.repeat(1000)]);
  });

  it('judges a gap of blanks as a whole, however it comes', () => {
    expect(cut('1.\n', '\n\nOpen the box.')).toEqual(cut('1.\n\n\nOpen the box.'));
  });

  it('gives nothing for blanks', () => {
    expect(cut(' ', '\n')).toEqual([]);
  });
});

const numbers = [
  '$19.99',
  '4 p.m.',
  '1,234.56',
  '12:30',
  'April 25, 2025',
  '4, 4, 7, 1',
  '(555) 867-5309',
  'Dr. Smith',
  'No. 7',
  '3.5',
  '$5 million',
  '9 – 5',
];
const words = [
  'order',
  'is',
  'and',
  'it',
  'the',
  'Hello',
  'so',
  'well...',
  'e.g.',
  '"quoted"',
  '—',
];
const ends = ['.', ',', '!', '?', ';', ':', '...', '.”', ''];
const blanks = [' ', ' ', ' ', '  ', '\n', '\n\n'];
const phrase = fc.tuple(
  fc.constantFrom(...words, ...numbers),
  fc.constantFrom(...ends),
  fc.constantFrom(...blanks),
);
const spokenText = fc
  .array(phrase, { maxLength: 120 })
  .map((phrases) => phrases.map((parts) => parts.join('')).join(''));
const anyText = fc.oneof(spokenText, fc.string({ unit: 'grapheme', maxLength: 500 }));

describe('SentenceCutter, whatever the text', () => {
  it('gives pieces that joined are the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(cut(text).join(' ')).toBe(normalised(text));
      }),
    );
  });

  it('cuts at the same places however the text comes', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.integer({ min: 1, max: 12 })), (text, sizes) => {
        const deltas: string[] = [];
        let from = 0;
        for (const size of sizes) {
          deltas.push(text.slice(from, from + size));
          from += size;
        }
        deltas.push(text.slice(from));
        expect(cut(...deltas)).toEqual(cut(text));
      }),
    );
  });

  it.each([
    ['with all kinds of punctuation', ends],
    ['with none, where only length cuts', ['']],
  ])('never cuts inside a number or a name, %s', (_case, marks) => {
    const spoken = fc.array(
      fc.tuple(fc.constantFrom(...words, ...numbers), fc.constantFrom(...marks)),
      { maxLength: 200, size: 'max' },
    );
    fc.assert(
      fc.property(spoken, (phrases) => {
        const text = phrases.map((parts) => parts.join('')).join(' ');
        const cuts = new Set<number>();
        let end = -1;
        for (const piece of cut(text)) cuts.add((end += piece.length + 1));
        let start = 0;
        for (const [written, mark] of phrases) {
          for (let index = start; index < start + written.length; index += 1) {
            if (numbers.includes(written)) expect(cuts.has(index)).toBe(false);
          }
          start += written.length + mark.length + 1;
        }
      }),
    );
  });

  it('gives no piece longer than its bound while there are blanks to cut at', () => {
    const longText = fc.array(fc.constantFrom('word', 'longer', 'and', 'it'), { minLength: 200 });
    fc.assert(
      fc.property(longText, (tokens) => {
        for (const piece of cut(tokens.join(' '))) expect(piece.length).toBeLessThanOrEqual(300);
      }),
    );
  });
});
