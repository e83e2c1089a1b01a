import type { TimedPhone } from './flite-program.ts';

/** Where a word lies in the audio. */
export interface WordSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** The ways to say one word, each a list of phones in lower case. */
export type Pronunciations = readonly (readonly string[])[];

const VOWELS = 'aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw'.split(' ');
const CONSONANTS = 'b ch d dh f g hh jh k l m n ng p r s sh t th v w y z zh'.split(' ');
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

const PHONES = [...VOWELS, ...CONSONANTS];
/** One code for each phone and one for all others. */
const CODES = PHONES.length + 1;
const DIFFERENCES = Float64Array.from({ length: CODES * CODES }, (_, index) =>
  difference(PHONES[Math.floor(index / CODES)], PHONES[index % CODES]),
);

function codeOf(phone: string): number {
  const code = PHONES.indexOf(phone);
  return code < 0 ? CODES - 1 : code;
}

function difference(expected: string | undefined, heard: string | undefined): number {
  if (expected === undefined || heard === undefined) return DIFFERENT;
  if (expected === heard) return SAME;
  const areVowels = VOWELS.includes(expected) && VOWELS.includes(heard);
  if (areVowels) return expected === 'ax' || heard === 'ax' ? WEAKENED : ALIKE;
  return KIN.some((group) => group.has(expected) && group.has(heard)) ? ALIKE : DIFFERENT;
}

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

/** Phones a word boundary may lie off the place where words of their usual length put it. */
const BAND_PHONES = 14;

/** For each word the index of its first phone, and the number of phones at the end. */
function wordBounds(words: readonly Pronunciations[], heard: readonly TimedPhone[]): number[] {
  const size = heard.length + 1;
  const usualLengths = words.map((ways) => ways[0]?.length ?? 0);
  const phonesPerUsual = heard.length / Math.max(1, sum(usualLengths));
  const codes = Int32Array.from(heard, ({ phone }) => codeOf(phone));
  const pauses = Float64Array.from(heard, ({ startMs }, index) =>
    index > 0 && startMs - heard[index - 1]!.endMs > 1 ? PAUSE_INSIDE_WORD : 0,
  );
  // costs[j]: the words so far and the first j phones. origins[i][j]: where word i then begins.
  let costs = new Float64Array(size).fill(Infinity);
  costs[0] = 0;
  let usualPhones = 0;
  const origins: Int32Array[] = [];
  for (const [index, pronunciations] of words.entries()) {
    const from = Math.max(0, Math.floor(usualPhones * phonesPerUsual) - BAND_PHONES);
    usualPhones += usualLengths[index]!;
    const to = Math.min(size - 1, Math.ceil(usualPhones * phonesPerUsual) + BAND_PHONES);
    const best = new Float64Array(size).fill(Infinity);
    const origin = new Int32Array(size).fill(from);
    for (const pronunciation of pronunciations) {
      alignOne(pronunciation.map(codeOf), { codes, pauses, from, to, costs, best, origin });
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
  readonly codes: Int32Array;
  /** What it costs a word to go on with a phone after a pause. */
  readonly pauses: Float64Array;
  /** The band: the word lies between these numbers of phones. */
  readonly from: number;
  readonly to: number;
  /** Before the word. */
  readonly costs: Float64Array;
  /** After the word; lowered where this pronunciation is better. */
  readonly best: Float64Array;
  readonly origin: Int32Array;
}

function alignOne(pronunciation: readonly number[], step: Step): void {
  const { codes, pauses, from, to, best, origin } = step;
  let row = step.costs;
  let starts = Int32Array.from(row, (_, index) => index);
  for (const expected of pronunciation) {
    const nextRow = new Float64Array(row.length).fill(Infinity);
    const nextStarts = new Int32Array(row.length);
    for (let j = from; j <= to; j++) {
      let cost = row[j]! + GAP;
      let start = starts[j]!;
      if (j > from) {
        const last = j - 1;
        const heard = codes[last]!;
        const pause = pauses[last]!;
        let replaced = row[last]! + DIFFERENCES[expected * CODES + heard]!;
        if (starts[last]! < last) replaced += pause;
        if (replaced < cost) {
          cost = replaced;
          start = starts[last]!;
        }
        const inserted = nextRow[last]! + GAP + (nextStarts[last]! < last ? pause : 0);
        if (inserted < cost) {
          cost = inserted;
          start = nextStarts[last]!;
        }
      }
      nextRow[j] = cost;
      nextStarts[j] = start;
    }
    row = nextRow;
    starts = nextStarts;
  }
  for (let j = from; j <= to; j++) {
    if (row[j]! >= best[j]!) continue;
    best[j] = row[j]!;
    origin[j] = starts[j]!;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
