import type { Clock, TimerHandle } from './ports/clock.ts';

/** How long the line is served before everything else of the process has its turn. */
const SERVED_MS = 1;

/** Leaves the line without having been served; does nothing afterwards. */
export type LeaveLine = () => void;

/**
 * Where sessions stand that have more audio to send than their callers need now. They are served one
 * piece at a time, in the order in which they came and between other work, so that a long answer
 * holds up nobody's first word.
 */
export class SendingLine {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #timer: TimerHandle | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `serve` is called once, never at once, and must not throw. */
  join(serve: () => void): LeaveLine {
    const run = () => serve();
    this.#waiting.add(run);
    this.#serveSoon();
    return () => {
      if (!this.#waiting.delete(run) || this.#waiting.size > 0 || this.#timer === null) return;
      this.#clock.clearTimeout(this.#timer);
      this.#timer = null;
    };
  }

  #serveSoon(): void {
    this.#timer ??= this.#clock.setTimeout(() => this.#serve(), SERVED_MS);
  }

  #serve(): void {
    this.#timer = null;
    const untilMs = this.#clock.now() + SERVED_MS;
    for (const run of this.#waiting) {
      this.#waiting.delete(run);
      run();
      if (this.#clock.now() >= untilMs) break;
    }
    if (this.#waiting.size > 0) this.#serveSoon();
  }
}

const lines = new WeakMap<Clock, SendingLine>();

/** The one line of all who live by this clock. */
export function sendingLineOf(clock: Clock): SendingLine {
  let line = lines.get(clock);
  if (!line) lines.set(clock, (line = new SendingLine(clock)));
  return line;
}
