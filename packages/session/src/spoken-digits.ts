import { DIGIT_WORDS, TENS } from './address-words.ts';

/** Digits that one or a few words of a text say, and where these are. */
export interface SpokenDigits {
  readonly digits: string;
  readonly from: number;
  readonly to: number;
  /** An "oh", which may be a sigh. */
  readonly isOh: boolean;
}

interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Only blanks or a hyphen are before it. */
  readonly isJoined: boolean;
}

/** What is said of a word's place on, and how many words say it. */
type Reading = readonly [digits: string, words: number];

const OTHER_DIGITS: ReadonlyMap<string, string> = new Map([
  ['oh', '0'],
  ['o', '0'],
  ['nought', '0'],
  ['naught', '0'],
  ['nil', '0'],
  ['niner', '9'],
]);

const PLURALS: ReadonlyMap<string, string> = new Map(
  'zeros ones twos threes fours fives sixes sevens eights nines zeroes'
    .split(' ')
    .map((word, index) => [word, String(index % 10)] as const),
);

const TIMES: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
  ['treble', 3],
  ['quadruple', 4],
]);

/** Words that recognisers write for a digit; they count between two others only. */
const SOUND_ALIKES: ReadonlyMap<string, string> = new Map([
  ['for', '4'],
  ['fore', '4'],
  ['to', '2'],
  ['too', '2'],
  ['won', '1'],
  ['ate', '8'],
]);

/** What people say between the groups of a number. */
const FILLERS = new Set(
  'uh um uhm er erm ah eh hm hmm mm and then so okay ok yes yeah dash hyphen minus dot point comma space'.split(
    ' ',
  ),
);
const MOST_FILLERS = 3;

/** All runs of digits in a text, written and said in English, with no other words in between. */
export function spokenRuns(text: string): SpokenDigits[][] {
  const words = wordsOf(text);
  const runs: SpokenDigits[][] = [];
  let run: SpokenDigits[] = [];
  let fillers = 0;
  for (let at = 0; at < words.length;) {
    const word = words[at]!;
    const isInside = run.length > 0 && fillers === 0;
    const reading = readingAt(words, at) ?? (isInside ? soundAlike(words, at) : null);
    if (reading) {
      const [digits, count] = reading;
      const isOh = word.text === 'oh' || word.text === 'o';
      run.push({ digits, from: word.from, to: words[at + count - 1]!.to, isOh });
      if (run.length === 1) runs.push(run);
      fillers = 0;
      at += count;
      continue;
    }
    fillers += 1;
    if (!FILLERS.has(word.text) || fillers > MOST_FILLERS) {
      run = [];
      fillers = 0;
    }
    at += 1;
  }
  return runs;
}

function wordsOf(text: string): Word[] {
  let end = 0;
  return [...text.matchAll(/\p{Nd}+|\p{L}+/gu)].map((match) => {
    const [found] = match;
    const isJoined = /^[\s\p{Pd}]*$/u.test(text.slice(end, match.index));
    end = match.index + found.length;
    return { text: plain(found), from: match.index, to: end, isJoined };
  });
}

/** In lower case, and with the digits 0 to 9 for those of other scripts. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[^\P{Nd}0-9]/gu, (digit) => {
    // Digits of a script are next to each other, ten at a time.
    const code = digit.codePointAt(0)!;
    let first = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((code - first) % 10);
  });
}

function readingAt(words: readonly Word[], at: number): Reading | null {
  const text = words[at]?.text ?? '';
  if (/^[0-9]+$/u.test(text)) return [text, 1];
  const next = words[at + 1]?.text ?? '';
  const times = TIMES.get(text);
  if (times !== undefined) {
    const digit = digitOf(next);
    return digit === null ? null : [digit.repeat(times), 2];
  }
  const [below, count] = belowHundred(words, at) ?? ['', 0];
  const plural = PLURALS.get(next);
  if (plural !== undefined && /^[2-9]$/u.test(below)) return [plural.repeat(Number(below)), 2];
  if (count > 0) return large(words, at) ?? [below, count];
  const digit = digitOf(text);
  return digit === null ? null : [digit, 1];
}

/** "Forty one hundred", "four thousand one hundred and eleven": what is said with such a word. */
function large(words: readonly Word[], at: number): Reading | null {
  const hundreds = belowThousand(words, at);
  if (!hundreds) return null;
  let [value, count] = hundreds;
  let isLarge = count > (belowHundred(words, at)?.[1] ?? 0);
  const thousand = words[at + count];
  if (thousand?.text === 'thousand' && thousand.isJoined && value > 0) {
    isLarge = true;
    count += 1;
    const [rest, more] = after(words, at + count, belowThousand);
    value = value * 1_000 + rest;
    count += more;
  }
  return isLarge ? [String(value), count] : null;
}

function belowThousand(words: readonly Word[], at: number): [number, number] | null {
  const below = belowHundred(words, at);
  if (!below) return null;
  const [value, count] = [Number(below[0]), below[1]];
  const hundred = words[at + count];
  if (hundred?.text !== 'hundred' || !hundred.isJoined || value === 0) return [value, count];
  const [rest, more] = after(words, at + count + 1, (all, from) => {
    const reading = belowHundred(all, from);
    return reading && [Number(reading[0]), reading[1]];
  });
  return [value * 100 + rest, count + 1 + more];
}

/** The rest of a large number, which may begin with an "and". */
function after(
  words: readonly Word[],
  at: number,
  read: (words: readonly Word[], at: number) => [number, number] | null,
): [number, number] {
  const hasAnd = words[at]?.text === 'and';
  const from = hasAnd ? at + 1 : at;
  const reading = words[at]?.isJoined && words[from]?.isJoined ? read(words, from) : null;
  return reading && reading[0] > 0 ? [reading[0], reading[1] + (hasAnd ? 1 : 0)] : [0, 0];
}

/** Words of a number up to 99, "forty-one" as one. */
function belowHundred(words: readonly Word[], at: number): Reading | null {
  const text = words[at]?.text ?? '';
  const digits = DIGIT_WORDS.get(text);
  if (digits !== undefined) return [digits, 1];
  const tens = TENS.get(text);
  if (tens === undefined) return null;
  const next = words[at + 1];
  const unit = next?.isJoined ? DIGIT_WORDS.get(next.text) : undefined;
  return unit !== undefined && /^[1-9]$/u.test(unit) ? [tens + unit, 2] : [`${tens}0`, 1];
}

function soundAlike(words: readonly Word[], at: number): Reading | null {
  const digit = SOUND_ALIKES.get(words[at]!.text);
  return digit !== undefined && readingAt(words, at + 1) ? [digit, 1] : null;
}

function digitOf(text: string): string | null {
  const digit = DIGIT_WORDS.get(text) ?? OTHER_DIGITS.get(text) ?? text;
  return /^[0-9]$/u.test(digit) ? digit : null;
}
