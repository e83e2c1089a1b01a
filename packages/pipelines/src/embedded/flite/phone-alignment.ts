import type { TimedPhone } from './flite-program.ts';

/** Where a word lies in the audio. */
export interface WordSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** The ways to say one word, each a list of phones in lower case. */
export type Pronunciations = readonly (readonly string[])[];

const VOWELS = new Set('aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw'.split(' '));
/** Sounds that stand for one another when words run together. */
const KIN = [
  't d',
  's z sh zh',
  'p b',
  'k g',
  'f v',
  'th dh',
  'ch jh',
  'n m ng',
  'l r er',
  'w v',
].map((group) => new Set(group.split(' ')));

const PAUSE = 'pau';
const SAME = 0;
const WEAKENED = 0.2;
const ALIKE = 0.5;
const DIFFERENT = 1;
/** A phone too many or too few: dearer than a neighbour's likeness, cheaper than two replacements. */
const GAP = 0.9;
/** Speaking voices make no pause within a word. */
const PAUSE_INSIDE_WORD = 0.7;

/**
 * Shares the phones of an utterance out among its words: the cheapest way to turn each word's
 * pronunciation into a stretch of phones, with pauses between words. Every word gets a span; spans
 * follow one another and lie within the phones.
 */
export function alignWords(
  words: readonly Pronunciations[],
  phones: readonly TimedPhone[],
): WordSpan[] {
  const heard = phones.filter(({ phone }) => phone !== PAUSE);
  if (heard.length === 0) return words.map(() => ({ startMs: 0, endMs: 0 }));
  const bounds = wordBounds(words, heard);
  return words.map((_, index) => {
    const from = Math.min(bounds[index]!, heard.length - 1);
    const to = Math.max(bounds[index + 1]!, from + 1);
    return { startMs: heard[from]!.startMs, endMs: heard[to - 1]!.endMs };
  });
}

/** For each word the index of its first phone, and the number of phones at the end. */
function wordBounds(words: readonly Pronunciations[], heard: readonly TimedPhone[]): number[] {
  const size = heard.length + 1;
  const isAfterPause = heard.map(
    ({ startMs }, index) => index > 0 && startMs - heard[index - 1]!.endMs > 1,
  );
  // costs[j]: the words so far and the first j phones. origins[i][j]: where word i then begins.
  let costs = new Float64Array(size).fill(Infinity);
  costs[0] = 0;
  const origins: Int32Array[] = [];
  for (const pronunciations of words) {
    const best = new Float64Array(size).fill(Infinity);
    const origin = new Int32Array(size);
    for (const pronunciation of pronunciations) {
      alignOne(pronunciation, { heard, isAfterPause, costs, best, origin });
    }
    costs = best;
    origins.push(origin);
  }
  const bounds = [heard.length];
  for (let word = words.length - 1; word >= 0; word--) {
    bounds.unshift(origins[word]![bounds[0]!]!);
  }
  return bounds;
}

interface Step {
  readonly heard: readonly TimedPhone[];
  readonly isAfterPause: readonly boolean[];
  /** Before the word. */
  readonly costs: Float64Array;
  /** After the word; lowered where this pronunciation is better. */
  readonly best: Float64Array;
  readonly origin: Int32Array;
}

function alignOne(pronunciation: readonly string[], step: Step): void {
  const { heard, isAfterPause, best, origin } = step;
  const size = heard.length + 1;
  let row = step.costs;
  let starts = Int32Array.from({ length: size }, (_, index) => index);
  for (const expected of pronunciation) {
    const nextRow = new Float64Array(size).fill(Infinity);
    const nextStarts = new Int32Array(size);
    for (let j = 0; j < size; j++) {
      let cost = row[j]! + GAP;
      let start = starts[j]!;
      if (j > 0) {
        const pause = (from: number): number =>
          isAfterPause[j - 1] && from < j - 1 ? PAUSE_INSIDE_WORD : 0;
        const replaced =
          row[j - 1]! + difference(expected, heard[j - 1]!.phone) + pause(starts[j - 1]!);
        if (replaced < cost) [cost, start] = [replaced, starts[j - 1]!];
        const inserted = nextRow[j - 1]! + GAP + pause(nextStarts[j - 1]!);
        if (inserted < cost) [cost, start] = [inserted, nextStarts[j - 1]!];
      }
      nextRow[j] = cost;
      nextStarts[j] = start;
    }
    row = nextRow;
    starts = nextStarts;
  }
  for (let j = 0; j < size; j++) {
    if (row[j]! >= best[j]!) continue;
    best[j] = row[j]!;
    origin[j] = starts[j]!;
  }
}

function difference(expected: string, heard: string): number {
  if (expected === heard) return SAME;
  const areVowels = VOWELS.has(expected) && VOWELS.has(heard);
  if (areVowels) return expected === 'ax' || heard === 'ax' ? WEAKENED : ALIKE;
  return KIN.some((group) => group.has(expected) && group.has(heard)) ? ALIKE : DIFFERENT;
}
