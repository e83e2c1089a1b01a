import type { Clock, TimerHandle } from './ports/clock.ts';

/** Who is woken, and who wants to know how late. */
export interface WakeTimerEvents {
  readonly onWake: () => void;
  /** Milliseconds after the instant that was set; never negative. */
  readonly onLate?: ((lateMs: number) => void) | undefined;
}

/** One timer, which knows how late it is; it makes nothing when it is set again. */
export class WakeTimer {
  readonly #clock: Clock;
  readonly #events: WakeTimerEvents;
  #timer: TimerHandle | null = null;
  #wakesAtMs = 0;

  constructor(clock: Clock, events: WakeTimerEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Wakes at this instant instead of the one before; a millisecond from now at the earliest. */
  set(atMs: number): void {
    this.stop();
    const now = this.#clock.now();
    this.#wakesAtMs = Math.max(now + 1, atMs);
    this.#timer = this.#clock.setTimeout(this.#wake, this.#wakesAtMs - now);
  }

  stop(): void {
    if (this.#timer === null) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #wake = (): void => {
    this.#timer = null;
    const { onWake, onLate } = this.#events;
    onLate?.(Math.max(0, this.#clock.now() - this.#wakesAtMs));
    onWake();
  };
}
