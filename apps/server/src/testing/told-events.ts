/** An event of the protocol as a client was told it. */
export type ToldEvent = Record<string, unknown> & { readonly type: string };

/** Keeps what a client was told, so that a test can wait for it. */
export class ToldEvents {
  readonly all: ToldEvent[] = [];
  readonly #listeners: ((event: ToldEvent) => void)[] = [];
  readonly #waiting = new Set<() => void>();

  push(event: ToldEvent): void {
    this.all.push(event);
    for (const listen of this.#listeners) listen(event);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Calls back for every event from now on. */
  listen(listener: (event: ToldEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** The first event that fits, told or still to be told; the test's time limit is the limit. */
  async next(fits: string | ((event: ToldEvent) => boolean)): Promise<ToldEvent> {
    const isIt = typeof fits === 'string' ? ({ type }: ToldEvent) => type === fits : fits;
    for (;;) {
      const found = this.all.find(isIt);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The types of the events so far. */
  get types(): string[] {
    return this.all.map(({ type }) => type);
  }
}
