import { digitRuns, type DigitRun } from './spoken-digits.ts';

/** Words after which a caller says it again, and right this time. */
const CORRECTIONS = new Set(['no', 'sorry', 'wait', 'actually', 'mean', 'rather', 'correction']);

/** How many digits a number may have. */
export interface NumberLength {
  readonly minLength: number;
  readonly maxLength: number;
}

/** A number a caller said, and which tokens say it. */
export interface HeardNumber {
  /** `null` for digits that are not a whole number. */
  readonly value: string | null;
  readonly from: number;
  readonly to: number;
}

/**
 * The number a caller means: the first that has a length that fits, of those after the last
 * correction ("four four seven one, no sorry, four four one seven"). `null` when no digits but a
 * single "one" or so were heard.
 */
export function spokenNumber(tokens: readonly string[], length: NumberLength): HeardNumber | null {
  const runs = afterCorrection(tokens, digitRuns(tokens));
  for (const run of runs) {
    const value = fitting(run.digits, tokens[run.from] === 'oh', length);
    if (value !== null) return { value, from: run.from, to: run.to };
  }
  const joined = runs.map((run) => run.digits).join('');
  const isOneWord = joined.length < 2 && tokens.length > 1;
  if (runs.length === 0 || isOneWord) return null;
  const value = runs.length > 1 ? fitting(joined, false, length) : null;
  return { value, from: runs[0]!.from, to: runs.at(-1)!.to };
}

function afterCorrection(
  tokens: readonly string[],
  runs: readonly DigitRun[],
): readonly DigitRun[] {
  for (let index = runs.length - 1; index > 0; index--) {
    const between = tokens.slice(runs[index - 1]!.to, runs[index]!.from);
    if (between.some((token) => CORRECTIONS.has(token))) return runs.slice(index);
  }
  return runs;
}

/** `digits` as they fit: a leading "oh" may be a sigh, a number may be said twice. */
function fitting(digits: string, startsWithOh: boolean, length: NumberLength): string | null {
  const rest = digits.slice(1);
  if (startsWithOh && isWhole(rest, length)) return rest;
  if (isWhole(digits, length)) return digits;
  const half = digits.slice(0, digits.length / 2);
  return half + half === digits && isWhole(half, length) ? half : null;
}

function isWhole(digits: string, length: NumberLength): boolean {
  return digits.length >= length.minLength && digits.length <= length.maxLength;
}
