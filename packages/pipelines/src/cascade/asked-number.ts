import type { ConversationItem } from '@antiphon/session';
import { digitRuns } from '../spoken/spoken-digits.ts';
import type { Expectation } from './ports/language-model.ts';

/** What a caller reads out digit by digit. */
const NUMBER_NAMES = /\b(?:numbers?|digits?|codes?|pin|zip|ssn|social security|extension)\b/iu;

/** How a sentence asks for something, unless it ends with a question mark. */
const REQUEST = /\b(?:please|tell|give|read|say|enter|spell|provide|repeat|need|what)\b/iu;

/** "four digits", "the last 4 digits", "a four or five digit code". */
const LENGTH = /\b(\w+)(?: (?:or|to) (\w+))?[- ]digits?\b/iu;

/** Shorter numbers are years, ages and counts of things. */
const SHORTEST_NUMBER = 3;

/**
 * The number that the agent asked for in its last words as heard, or null. Of a number whose length
 * it did not say, only the least is known.
 */
export function askedNumber(history: readonly ConversationItem[]): Expectation | null {
  const asked = sentencesOf(lastHeardText(history)).findLast(asksForNumber);
  if (asked === undefined) return null;
  const [, least, most] = LENGTH.exec(asked) ?? [];
  const minLength = least === undefined ? null : numberOf(least);
  if (minLength === null) return { kind: 'digits', minLength: SHORTEST_NUMBER, maxLength: null };
  const maxLength = (most === undefined ? null : numberOf(most)) ?? minLength;
  return { kind: 'digits', minLength, maxLength };
}

function lastHeardText(history: readonly ConversationItem[]): string {
  for (let at = history.length - 1; at >= 0; at--) {
    const item = history[at]!;
    if (item.kind === 'message' && item.speaker === 'agent' && item.text?.trim()) return item.text;
  }
  return '';
}

function sentencesOf(text: string): string[] {
  return text.match(/[^.?!]+[.?!]*/gu) ?? [];
}

function asksForNumber(sentence: string): boolean {
  if (!NUMBER_NAMES.test(sentence)) return false;
  return sentence.trimEnd().endsWith('?') || REQUEST.test(sentence);
}

/** 4 for "four" and "4"; null for other words. */
function numberOf(word: string): number | null {
  const digits = digitRuns([word.toLowerCase()])[0]?.digits;
  return digits === undefined ? null : Number(digits);
}
