import type { DialogueSlot } from '@antiphon/session';
import { spokenTokens } from '../../spoken/spoken-tokens.ts';

type ChoiceSlot = Extract<DialogueSlot, { kind: 'choice' }>;

/** A value a caller said, and which tokens say it. */
export interface HeardValue {
  readonly value: string;
  readonly from: number;
  readonly to: number;
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

function indexOfWords(tokens: readonly string[], words: readonly string[]): number {
  if (words.length === 0) return -1;
  for (let at = 0; at + words.length <= tokens.length; at++) {
    if (words.every((word, offset) => tokens[at + offset] === word)) return at;
  }
  return -1;
}
