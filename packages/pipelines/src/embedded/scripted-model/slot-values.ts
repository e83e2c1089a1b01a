import type { DialogueSlot } from '@antiphon/session';
import { digitRuns, type DigitRun } from './spoken-digits.ts';
import { spokenTokens } from './spoken-tokens.ts';

type DigitsSlot = Extract<DialogueSlot, { kind: 'digits' }>;
type ChoiceSlot = Extract<DialogueSlot, { kind: 'choice' }>;

/** Words after which a caller says it again, and right this time. */
const CORRECTIONS = new Set(['no', 'sorry', 'wait', 'actually', 'mean', 'rather', 'correction']);

/** A value a caller said, and which tokens say it. */
export interface HeardValue {
  /** `null` for digits that are not a whole number of the slot. */
  readonly value: string | null;
  readonly from: number;
  readonly to: number;
}

/**
 * The number a caller means: the first that has a length the slot allows, of those after the last
 * correction ("four four seven one, no sorry, four four one seven"). `null` when no digits but a
 * single "one" or so were heard.
 */
export function digitsValue(tokens: readonly string[], slot: DigitsSlot): HeardValue | null {
  const runs = afterCorrection(tokens, digitRuns(tokens));
  for (const run of runs) {
    const value = fitting(run.digits, tokens[run.from] === 'oh', slot);
    if (value !== null) return { value, from: run.from, to: run.to };
  }
  const joined = runs.map((run) => run.digits).join('');
  const isOneWord = joined.length < 2 && tokens.length > 1;
  if (runs.length === 0 || isOneWord) return null;
  const value = runs.length > 1 ? fitting(joined, false, slot) : null;
  return { value, from: runs[0]!.from, to: runs.at(-1)!.to };
}

/** The first of a choice's values that was said, the longest where several begin there. */
export function choiceValue(tokens: readonly string[], slot: ChoiceSlot): HeardValue | null {
  let best: HeardValue | null = null;
  for (const value of slot.values) {
    const words = spokenTokens(value);
    const from = indexOfWords(tokens, words);
    if (from < 0) continue;
    const to = from + words.length;
    if (!best || from < best.from || (from === best.from && to > best.to)) {
      best = { value, from, to };
    }
  }
  return best;
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

/** `digits` as the slot allows them: a leading "oh" may be a sigh, a number may be said twice. */
function fitting(digits: string, startsWithOh: boolean, slot: DigitsSlot): string | null {
  const rest = digits.slice(1);
  if (startsWithOh && isWhole(rest, slot)) return rest;
  if (isWhole(digits, slot)) return digits;
  const half = digits.slice(0, digits.length / 2);
  return half + half === digits && isWhole(half, slot) ? half : null;
}

function isWhole(digits: string, slot: DigitsSlot): boolean {
  return digits.length >= slot.minLength && digits.length <= slot.maxLength;
}

function indexOfWords(tokens: readonly string[], words: readonly string[]): number {
  if (words.length === 0) return -1;
  for (let at = 0; at + words.length <= tokens.length; at++) {
    if (words.every((word, offset) => tokens[at + offset] === word)) return at;
  }
  return -1;
}
