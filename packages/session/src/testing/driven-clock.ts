import type { Clock, TimerHandle } from '../ports/clock.ts';

interface Timer {
  readonly dueAtMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until it is advanced; timers run in order of their instants. */
export class DrivenClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(startAtMs = 1_000_000) {
    this.#nowMs = startAtMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** How many timers wait; zero shows that nothing was left behind. */
  get pending(): number {
    return this.#timers.size;
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    const timer: Timer = { dueAtMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: TimerHandle): void {
    this.#timers.delete(timer as Timer);
  }

  /** Moves time on by `ms`, running each timer that falls due at its own instant. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = next.dueAtMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAtMs > untilMs) continue;
      if (
        !first ||
        timer.dueAtMs < first.dueAtMs ||
        (timer.dueAtMs === first.dueAtMs && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }
}
