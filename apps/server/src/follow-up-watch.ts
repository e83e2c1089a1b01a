import type {
  Clock,
  ControlChannel,
  FollowUps,
  SessionEvent,
  TimerHandle,
} from '@antiphon/session';

/** The state of a promise, as `FollowUps` tells it. */
export type FollowUpTold = NonNullable<Awaited<ReturnType<FollowUps['state']>>>;

/** A mail leaves within a second of its call's end; who watches sees it about then. */
const LOOK_EVERY_MS = 500;

/** What a session's watch needs. */
export interface FollowUpWatchOptions {
  readonly sessionId: string;
  readonly followUps: FollowUps;
  readonly clock: Clock;
  readonly onState: (callId: string, tool: string, state: FollowUpTold) => void;
}

interface Promised {
  readonly callId: string;
  readonly tool: string;
  state: FollowUpTold | null;
}

/**
 * Tells what becomes of the answers that a session has promised by e-mail, whichever process sends
 * them, as long as the session lives. It asks nothing of the session.
 */
export class FollowUpWatch implements ControlChannel {
  readonly #options: FollowUpWatchOptions;
  readonly #open = new Map<string, Promised>();
  #timer: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: FollowUpWatchOptions) {
    this.#options = options;
  }

  attach(): void {
    // It only listens.
  }

  notify(event: SessionEvent): void {
    if (event.type === 'session.ended') this.#close();
    if (event.type !== 'followUp.promised') return;
    const { callId, name: tool } = event;
    this.#open.set(callId, { callId, tool, state: null });
    this.#schedule(0);
  }

  #close(): void {
    this.#isClosed = true;
    this.#open.clear();
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== null || this.#isClosed || this.#open.size === 0) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      void this.#look().then(() => {
        this.#timer = null;
        this.#schedule(LOOK_EVERY_MS);
      });
    }, delayMs);
  }

  async #look(): Promise<void> {
    const { sessionId, followUps, onState } = this.#options;
    for (const promised of this.#open.values()) {
      const { callId, tool } = promised;
      const state = await followUps.state(`${sessionId}.${callId}`);
      if (this.#isClosed) return;
      if (state === null || state === promised.state) continue;
      promised.state = state;
      onState(callId, tool, state);
      if (state !== 'pending' && state !== 'sending') this.#open.delete(callId);
    }
  }
}
