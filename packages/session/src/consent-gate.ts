import { isDeepStrictEqual } from 'node:util';
import { heardAs } from './backchannels.ts';
import { isHeard } from './read-back.ts';
import { readReply } from './yes-or-no.ts';

/** A call that waits for consent, and how it is read back. */
export interface ConsentRequest {
  readonly callId: string;
  readonly name: string;
  /** JSON text as the engine wrote it. */
  readonly argumentsJson: string;
  readonly confirm: 'verbal' | 'dtmf';
  /** The spoken item, its text, and how many of its words must be heard. */
  readonly itemId: string;
  readonly text: string;
  readonly keyWordCount: number;
}

/**
 * `confirmed`, `refused`, `unheard` and `expired` are final. After `unclear` the caller may be asked
 * again: a turn that said something of its own, no backchannel, wants the read-back played again
 * (`readAgain`) before a yes counts.
 */
export type ConsentVerdict =
  | 'confirmed'
  | 'refused'
  | 'unclear'
  /** The read-back was cut before its key part was over. */
  | 'unheard'
  /** Nobody said yes in time. */
  | 'expired';

/** A turn of the caller as the transcript has it. */
export interface HeardTurn {
  readonly startedAtMs: number;
  readonly text: string;
  readonly isFinal: boolean;
  /** Not the caller's own voice. */
  readonly isBackground: boolean;
}

/** How long after the key part a turn, or a key, still answers it. */
export const CONSENT_WINDOW_MS = 60_000;

/**
 * Decides whether the caller agreed to one call. It is confirmed only by a complete turn of the
 * caller that says yes (or by the key 1) and began when the key part of the read-back had been
 * played, at most 60 s after that. It hears the playout, the caller's turns and the keypad, and
 * nothing that a model wrote. All instants are of one clock; each input returns a verdict or `null`,
 * and after a final one always `null`.
 */
export class ConsentGate {
  readonly #request: ConsentRequest;
  #itemId: string;
  /** When the key part had been played; `null` while it has not, or has to be again. */
  #heardAtMs: number | null = null;
  /** Whether the item that was read back no longer counts. */
  #isStale = false;
  #final: ConsentVerdict | null = null;

  constructor(request: ConsentRequest) {
    this.#request = request;
    this.#itemId = request.itemId;
  }

  get callId(): string {
    return this.#request.callId;
  }

  /** The item that is read back. */
  get itemId(): string {
    return this.#itemId;
  }

  /** The last instant at which an answer may begin; `null` until the key part was played. */
  get expiresAtMs(): number | null {
    return this.#heardAtMs === null ? null : this.#heardAtMs + CONSENT_WINDOW_MS;
  }

  /** The final verdict, `null` while there is none. */
  get verdict(): ConsentVerdict | null {
    return this.#final;
  }

  /**
   * So many words of the item were played at this instant. The first report that reaches the key
   * part's end dates it, so it is to come when that word ends.
   */
  played(words: number, atMs: number): null {
    if (!this.#isStale && isHeard(this.#request, words)) this.#heardAtMs ??= atMs;
    return null;
  }

  /** The item was cut after so many words. */
  cut(words: number, atMs: number): ConsentVerdict | null {
    this.played(words, atMs);
    return isHeard(this.#request, words) ? null : this.#settle('unheard');
  }

  /** The same words are said once more, as another item; an answer counts when they were played. */
  readAgain(itemId: string): void {
    this.#itemId = itemId;
    this.#heardAtMs = null;
    this.#isStale = false;
  }

  /** A turn, partial or final. What is not understood is no answer. */
  callerTurn(turn: HeardTurn): ConsentVerdict | null {
    if (this.#final || !turn.isFinal || turn.isBackground || turn.text.trim() === '') return null;
    const reply = readReply(turn.text, this.#request.text);
    if (reply === 'no') return this.#settle('refused');
    if (this.#isOver(turn.startedAtMs)) return this.#settle('expired');
    const isAnswer = this.#heardAtMs !== null && turn.startedAtMs >= this.#heardAtMs;
    if (reply === 'yes' && isAnswer && this.#request.confirm === 'verbal') {
      return this.#settle('confirmed');
    }
    // Something of the caller's own is answered, and a yes after that may be a yes to the answer.
    if (reply === 'other' && heardAs(turn.text) === 'floor') {
      this.#heardAtMs = null;
      this.#isStale = true;
    }
    return 'unclear';
  }

  /** A key was pressed: it answers only a call that is confirmed by key. */
  digit(digit: string, atMs: number): ConsentVerdict | null {
    if (this.#final || this.#request.confirm !== 'dtmf') return null;
    if (digit !== '1') return this.#settle('refused');
    if (this.#isOver(atMs)) return this.#settle('expired');
    const isAnswer = this.#heardAtMs !== null && atMs >= this.#heardAtMs;
    return isAnswer ? this.#settle('confirmed') : 'unclear';
  }

  /** It is this late; to be called after `expiresAtMs` while no turn of the caller is open. */
  elapsed(atMs: number): ConsentVerdict | null {
    return !this.#final && this.#isOver(atMs) ? this.#settle('expired') : null;
  }

  /** Whether consent was given to this very call: the same tool with the same arguments. */
  allows(call: { readonly name: string; readonly argumentsJson: string }): boolean {
    return (
      this.#final === 'confirmed' &&
      call.name === this.#request.name &&
      sameArguments(call.argumentsJson, this.#request.argumentsJson)
    );
  }

  #isOver(atMs: number): boolean {
    return this.#heardAtMs !== null && atMs > this.#heardAtMs + CONSENT_WINDOW_MS;
  }

  #settle(verdict: ConsentVerdict): ConsentVerdict | null {
    if (this.#final) return null;
    this.#final = verdict;
    return verdict;
  }
}

/** Whether two JSON texts hold the same value, in whatever order their fields are. */
export function sameArguments(one: string, other: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
  } catch {
    return false;
  }
}
