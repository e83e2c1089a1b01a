import type { Clock, TimerHandle } from '@antiphon/session';

/**
 * Tells when nothing was heard for a time. `touch` only notes the instant: a timer is set once per
 * limit, not once per token or chunk.
 */
export class StallTimer {
  readonly #clock: Clock;
  readonly #onStall: () => void;
  #timer: TimerHandle | null = null;
  #timerDueAtMs = 0;
  #limitMs = 0;
  #heardAtMs = 0;

  /** `onStall` is called at most once per `start`. */
  constructor(clock: Clock, onStall: () => void) {
    this.#clock = clock;
    this.#onStall = onStall;
  }

  /** Waits from now on for `limitMs`; replaces a wait under way. */
  start(limitMs: number): void {
    this.#limitMs = limitMs;
    this.touch();
    if (this.#timer !== null && this.#timerDueAtMs <= this.#heardAtMs + limitMs) return;
    this.stop();
    this.#schedule(limitMs);
  }

  /** Something was heard: the wait starts again. */
  touch(): void {
    this.#heardAtMs = this.#clock.now();
  }

  /** Waits no more. */
  stop(): void {
    if (this.#timer === null) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(delayMs: number): void {
    this.#timerDueAtMs = this.#clock.now() + delayMs;
    this.#timer = this.#clock.setTimeout(() => this.#check(), delayMs);
  }

  #check(): void {
    this.#timer = null;
    const leftMs = this.#heardAtMs + this.#limitMs - this.#clock.now();
    if (leftMs > 0) this.#schedule(leftMs);
    else this.#onStall();
  }
}
