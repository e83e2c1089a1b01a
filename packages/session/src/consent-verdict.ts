import type { ConsentVerdict } from './ports/session-event.ts';
import { readReply } from './yes-or-no.ts';

/** How long after the key part of a read-back a turn, or a key, still answers it. */
export const CONSENT_WINDOW_MS = 60_000;

/** What the caller was asked, and what of it was played. All instants are of one clock. */
export interface AskedConsent {
  readonly confirm: 'verbal' | 'dtmf';
  /** The read-back as it was said. */
  readonly text: string;
  /** How many of its words, from the first, name the action and its key detail. */
  readonly keyWordCount: number;
  /** When the part was over that names the action; `null` where it was not played to its end. */
  readonly heardAtMs: number | null;
}

/** A whole turn of the caller. */
export interface ConsentTurn {
  readonly startedAtMs: number;
  readonly text: string;
  /** Far softer than the caller's own voice. */
  readonly isBackground: boolean;
}

/**
 * Whether a turn agrees: it says yes to what was asked and began when the key part had been played,
 * at most 60 s before. Nothing that a model wrote is looked at.
 */
export function verdictOfTurn(asked: AskedConsent, turn: ConsentTurn): ConsentVerdict {
  const reply = turn.isBackground ? 'other' : readReply(turn.text, asked.text, keyOf(asked));
  if (reply === 'no') return 'refused';
  const isGiven = reply === 'yes' && asked.confirm === 'verbal';
  return verdictAt(asked, turn.startedAtMs, isGiven);
}

/** Whether a key agrees: it is 1, and pressed when the key part had been played. */
export function verdictOfKey(asked: AskedConsent, digit: string, atMs: number): ConsentVerdict {
  if (asked.confirm !== 'dtmf') return 'unclear';
  return digit === '1' ? verdictAt(asked, atMs, true) : 'refused';
}

function verdictAt({ heardAtMs }: AskedConsent, atMs: number, isGiven: boolean): ConsentVerdict {
  if (heardAtMs === null) return 'unheard';
  if (atMs > heardAtMs + CONSENT_WINDOW_MS) return 'expired';
  return isGiven && atMs >= heardAtMs ? 'confirmed' : 'unclear';
}

function keyOf({ text, keyWordCount }: AskedConsent): string {
  return text.trim().split(/\s+/u).slice(0, keyWordCount).join(' ');
}
