import type { SessionRow } from '@antiphon/observability';
import type { SessionsMessage } from './feed-client.ts';

/** The rows that the feed tells, the newest session first; unchanged rows stay the same objects. */
export class SessionTable {
  readonly #rows = new Map<string, SessionRow>();
  #sorted: readonly SessionRow[] | null = null;

  hear({ isWhole, rows, gone }: SessionsMessage): void {
    if (isWhole) this.#rows.clear();
    for (const id of gone) this.#rows.delete(id);
    for (const row of rows) this.#rows.set(row.id, row);
    this.#sorted = null;
  }

  /** The same array until something is heard. */
  rows(): readonly SessionRow[] {
    this.#sorted ??= [...this.#rows.values()].toSorted(
      (a, b) => b.startedAtMs - a.startedAtMs || (a.id < b.id ? -1 : 1),
    );
    return this.#sorted;
  }
}
