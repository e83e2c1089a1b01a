import { systemClock } from '@antiphon/session';
import type { Clock, TimerHandle } from '@antiphon/session';

/** The process's own time, which knows the timers that are still to fire. */
export class CountingClock implements Clock {
  readonly #delays = new Map<TimerHandle, number>();

  now(): number {
    return systemClock.now();
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    const timer = systemClock.setTimeout(() => {
      this.#delays.delete(timer);
      run();
    }, delayMs);
    this.#delays.set(timer, delayMs);
    return timer;
  }

  clearTimeout(timer: TimerHandle): void {
    this.#delays.delete(timer);
    systemClock.clearTimeout(timer);
  }

  /** The delays of the timers that were set and have neither fired nor been cleared. */
  get delays(): number[] {
    return [...this.#delays.values()];
  }
}
