import type { RecordedEvent } from '@antiphon/session';

/** So many at most wait: it takes less than a millisecond to write them down. */
const MOST_WAITING = 512;

/** A recording, as events find it. */
export interface Keeps {
  /** Writes an event down; does not throw. */
  keep(event: RecordedEvent): void;
}

/**
 * Events of all recordings that are not written down yet, in the order in which they were told.
 * Together they cost a part of what they cost one by one, with other work between them.
 */
export class ToldEvents {
  readonly #waiting: { readonly by: Keeps; readonly event: RecordedEvent }[] = [];

  add(by: Keeps, event: RecordedEvent): void {
    this.#waiting.push({ by, event });
    if (this.#waiting.length >= MOST_WAITING) this.flush();
  }

  /** Has all of them written down. */
  readonly flush = (): void => {
    if (this.#waiting.length === 0) return;
    for (const { by, event } of this.#waiting.splice(0)) by.keep(event);
  };
}
