import type { Clock, TimerHandle } from '@antiphon/session';

/** A client that has configured nothing within half a second is ready as it is. */
const READY_AFTER_MS = 500;

/** Waits for the client to be ready to hear the agent, and then greets, once. */
export class GreetingCue {
  readonly #clock: Clock;
  readonly #greet: () => void;
  #timer: TimerHandle | null;

  constructor(clock: Clock, greet: () => void) {
    this.#clock = clock;
    this.#greet = greet;
    this.#timer = clock.setTimeout(() => this.clientReady(), READY_AFTER_MS);
  }

  /** The client has configured the session, or sends audio. */
  clientReady(): void {
    if (this.#timer === null) return;
    this.close();
    this.#greet();
  }

  close(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
