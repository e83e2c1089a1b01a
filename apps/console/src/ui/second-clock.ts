const SECOND_MS = 1_000;

/** The time of day to the second, in milliseconds: one timer for all who listen, none for nobody. */
export class SecondClock {
  readonly #listeners = new Set<() => void>();
  #nowMs = Date.now();
  #timer: ReturnType<typeof setInterval> | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => {
      this.#nowMs = Date.now();
      for (const told of this.#listeners) told();
    }, SECOND_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  };

  /** While nobody listens nothing keeps it: whoever comes then is told no older time. */
  readonly now = (): number => {
    const nowMs = Date.now();
    if (this.#timer === null && nowMs - this.#nowMs >= SECOND_MS) this.#nowMs = nowMs;
    return this.#nowMs;
  };
}
