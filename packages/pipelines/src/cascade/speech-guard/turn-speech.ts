import type { ConversationItem } from '@antiphon/session';

/** What was said in answer to one turn of the caller, over all answers with tools between them. */
export interface TurnSpeech {
  sentences: number;
  /** Words as they are spoken: 4471 is four. */
  words: number;
  /** The last piece that was said. */
  last: string;
  /** Nothing more is said: it was enough. */
  isStopped: boolean;
}

/**
 * Keeps count of what an agent has said since the caller spoke. An answer that follows a tool's
 * output goes on with the turn; any other begins anew.
 */
export class TurnSpeeches {
  #turn: string | null = null;
  #speech = nothingSaid();

  /** What was said so far in the turn that a conversation is at. */
  of(history: readonly ConversationItem[]): TurnSpeech {
    const start = history.findLastIndex(
      (item) => item.kind === 'message' && item.speaker === 'caller',
    );
    const turn = history[start]?.id ?? null;
    const goesOn = history.slice(start + 1).some((item) => item.kind === 'toolOutput');
    if (turn !== this.#turn || !goesOn) this.#speech = nothingSaid();
    this.#turn = turn;
    return this.#speech;
  }

  /** Goes on from what another one has counted. */
  take(other: TurnSpeeches): void {
    this.#turn = other.#turn;
    this.#speech = other.#speech;
  }
}

/** Nothing was said yet. */
export function nothingSaid(): TurnSpeech {
  return { sentences: 0, words: 0, last: '', isStopped: false };
}
