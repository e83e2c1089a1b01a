import { describe, expect, it } from 'vitest';
import type { TimedPhone } from './flite-program.ts';
import { guessPhones } from './letter-sounds.ts';
import { alignWords } from './phone-alignment.ts';

/** Phones of 100 ms each; "pau" is a pause. */
function phones(text: string): TimedPhone[] {
  return text.split(' ').map((phone, index) => ({
    phone,
    startMs: 100 * index,
    endMs: 100 * (index + 1),
  }));
}

function starts(words: string[][][], heard: string): number[] {
  return alignWords(words, phones(heard)).map(({ startMs }) => startMs);
}

const YOUR = [['y', 'ao', 'r']];
const ORDER = [['ao', 'r', 'd', 'er']];
const A = [['ah'], ['ey']];
const ZERO = [
  ['z', 'iy', 'r', 'ow'],
  ['z', 'ih', 'r', 'ow'],
];

describe('alignWords', () => {
  it('gives each word its phones', () => {
    expect(alignWords([YOUR, ORDER], phones('pau y ao r ao r d er pau'))).toEqual([
      { startMs: 100, endMs: 400 },
      { startMs: 400, endMs: 800 },
    ]);
  });

  it('leaves pauses between words out of both', () => {
    expect(alignWords([ORDER, ZERO], phones('ao r d er pau z iy r ow'))).toEqual([
      { startMs: 0, endMs: 400 },
      { startMs: 500, endMs: 900 },
    ]);
  });

  it('follows weak vowels, dropped sounds and other ways to say a word', () => {
    expect(starts([A, ORDER, ZERO], 'ax ao r d er z ih r ow')).toEqual([0, 100, 500]);
    expect(starts([YOUR, ORDER], 'y er ao d er')).toEqual([0, 200]);
  });

  it('puts a word with guessed sounds between its neighbours', () => {
    const guessed = [guessPhones('kubernetes')];
    const heard = 'y ao r k ax b er n iy t s ao r d er';
    expect(starts([YOUR, guessed, ORDER], heard)).toEqual([0, 300, 1100]);
  });

  it('gives every word a span when there are too few phones', () => {
    const spans = alignWords([YOUR, ORDER, ZERO], phones('pau y ao'));
    expect(spans).toHaveLength(3);
    for (const { startMs, endMs } of spans) expect(endMs).toBeGreaterThan(startMs);
  });

  it('gives empty spans when nothing was heard', () => {
    expect(alignWords([YOUR], [])).toEqual([{ startMs: 0, endMs: 0 }]);
  });
});
