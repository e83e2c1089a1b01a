/** A caller's turn, or what it answers, as words that compare. */
export interface ReplyWords {
  /** Lower case; digits in a row, said or written, are one word ("4471"). */
  readonly words: readonly string[];
  readonly isQuestion: boolean;
}

/** Contractions in full, with the apostrophe or, as recognisers write them, without. */
const IN_FULL: readonly (readonly [RegExp, string])[] = [
  [/\b(?:can't|cant|cannot)\b/gu, 'can not'],
  [/\b(?:won't|wont)\b/gu, 'will not'],
  [/\b(do|does|did|is|are|was|would|should|could|have)n't\b/gu, '$1 not'],
  [/\b(do|does|did|is|are|was|would|should|could)nt\b/gu, '$1 not'],
  [/\b(?:that's|thats)\b/gu, 'that is'],
  [/\bit's\b/gu, 'it is'],
  [/\b(?:let's|lets)\b/gu, 'let us'],
  [/\b(?:i'm|im)\b/gu, 'i am'],
  [/\bi'd\b/gu, 'i would'],
  [/'ll\b/gu, ' will'],
  [/'ve\b/gu, ' have'],
];

/** The words of a text. Punctuation parts words and is dropped, but for the question it marks. */
export function replyWords(text: string): ReplyWords {
  let plain = text.normalize('NFKC').toLowerCase().replaceAll(/[‘’]/gu, "'");
  const isQuestion = plain.includes('?');
  for (const [contracted, full] of IN_FULL) plain = plain.replaceAll(contracted, full);
  const words = plain.split(/[^\p{L}\p{M}\p{N}']+/gu).filter((word) => /[\p{L}\p{N}]/u.test(word));
  return { words: joinDigits(words), isQuestion };
}

const UNITS = numbered('zero one two three four five six seven eight nine', 0);
const TEENS = numbered(
  'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
  10,
);
const TENS = numbered('twenty thirty forty fifty sixty seventy eighty ninety', 2);
const REPEATS = new Map([
  ['double', 2],
  ['triple', 3],
]);
/** Before "one" these make it a thing and not a digit: "that one". */
const POINTERS = new Set(['that', 'this', 'the', 'other', 'which', 'no', 'wrong', 'right']);

function numbered(words: string, from: number): ReadonlyMap<string, string> {
  return new Map(words.split(' ').map((word, index) => [word, String(from + index)]));
}

/** Puts digits in a row together: "four four 71" and "forty four seventy one" are both "4471". */
function joinDigits(words: readonly string[]): string[] {
  const joined: string[] = [];
  let digits = '';
  for (let at = 0; at < words.length;) {
    const part = digitsAt(words, at, digits !== '');
    if (part) {
      digits += part.digits;
      at += part.length;
      continue;
    }
    if (digits !== '') joined.push(digits);
    digits = '';
    joined.push(words[at]!);
    at += 1;
  }
  if (digits !== '') joined.push(digits);
  return joined;
}

interface Digits {
  readonly digits: string;
  readonly length: number;
}

function digitsAt(words: readonly string[], at: number, isInside: boolean): Digits | null {
  const word = words[at]!;
  if (/^[0-9]+$/u.test(word)) return { digits: word, length: 1 };
  if (word === 'one' && POINTERS.has(words[at - 1] ?? '')) return null;
  const unit = UNITS.get(word) ?? (word === 'oh' && isInside ? '0' : undefined);
  if (unit !== undefined) return { digits: unit, length: 1 };
  const teen = TEENS.get(word);
  if (teen !== undefined) return { digits: teen, length: 1 };
  const next = UNITS.get(words[at + 1] ?? '');
  const tens = TENS.get(word);
  if (tens !== undefined) {
    return next !== undefined && next !== '0'
      ? { digits: tens + next, length: 2 }
      : { digits: `${tens}0`, length: 1 };
  }
  const times = REPEATS.get(word);
  return times !== undefined && next !== undefined
    ? { digits: next.repeat(times), length: 2 }
    : null;
}
