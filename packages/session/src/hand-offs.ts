import type { ConversationItem } from './ports/conversation-item.ts';
import type { CallOutcome, HandOffCause, HandOffReason } from './ports/session-event.ts';

const REASONS: Partial<Record<CallOutcome, HandOffReason>> = {
  error: 'tool_error',
  timeout: 'tool_timeout',
  unknown: 'tool_unknown',
};

interface Trouble {
  readonly reason: HandOffReason;
  /** How many turns the caller had had. */
  readonly turn: number;
}

/** A call that hands the caller to a person. */
interface HandOff {
  /** Its arguments, JSON text. */
  readonly details: string;
  readonly cause: HandOffCause;
}

/**
 * Notes why a caller is handed to a person: the tool that went wrong last, unless it has done better
 * since. What went wrong before the caller's last turn but one is no reason any more.
 */
export class HandOffs {
  readonly #items: () => readonly ConversationItem[];
  /** The last one to go wrong is last. */
  readonly #troubles = new Map<string, Trouble>();
  #last: HandOff = { details: '{}', cause: { reason: 'asked', tool: null } };

  constructor(items: () => readonly ConversationItem[]) {
    this.#items = items;
  }

  get last(): HandOff {
    return this.#last;
  }

  /** The engine hands over, with these arguments. */
  called(details: string): void {
    const turn = this.#turn;
    const [tool, trouble] = [...this.#troubles].findLast(([, past]) => past.turn >= turn - 1) ?? [];
    const cause = { reason: trouble?.reason ?? 'asked', tool: tool ?? null };
    this.#last = { details, cause };
  }

  /** A call has passed its deadline, and goes on. */
  overdue(tool: string): void {
    this.#note(tool, 'tool_overdue');
  }

  settled(tool: string, outcome: CallOutcome): void {
    const reason = REASONS[outcome];
    if (reason) this.#note(tool, reason);
    else this.#troubles.delete(tool);
  }

  #note(tool: string, reason: HandOffReason): void {
    const turn = this.#turn;
    for (const [name, past] of this.#troubles) {
      if (past.turn < turn - 1) this.#troubles.delete(name);
    }
    this.#troubles.delete(tool);
    this.#troubles.set(tool, { reason, turn });
  }

  get #turn(): number {
    return this.#items().filter((item) => item.kind === 'message' && item.speaker === 'caller')
      .length;
  }
}
