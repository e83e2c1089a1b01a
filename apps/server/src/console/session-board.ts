import type { SessionRow } from '@antiphon/observability';
import type { Clock, ControlChannel } from '@antiphon/session';
import { reaches } from '../access.ts';
import type { Access } from '../access.ts';
import { firstRow, rowAfter } from './session-row.ts';
import type { SessionMeta } from './session-row.ts';

/** Ended sessions are shown for a day, at most so many. */
const KEPT_MS = 24 * 3_600_000;
const MOST_KEPT = 1_000;

/** Which ended sessions are asked for. */
export interface EndedQuery {
  /** Somewhere in the id, the agent, the tenant or the end. */
  readonly search: string;
  readonly limit: number;
  /** The `next` of the page before; null for the first. */
  readonly cursor: string | null;
  readonly access: Access;
}

/** A page of sessions that ended. */
export interface EndedPage {
  readonly rows: readonly SessionRow[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

/** The sessions of this server as a table shows them: those that live, and those that ended lately. */
export class SessionBoard {
  readonly #clock: Clock;
  readonly #live = new Map<string, SessionRow>();
  /** In the order in which they ended. */
  readonly #ended = new Map<string, SessionRow>();
  readonly #listeners = new Set<(row: Pick<SessionRow, 'id' | 'tenant'>) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Puts a session on the board once it starts; what the channel is told keeps its row current. */
  open(meta: SessionMeta): ControlChannel {
    return {
      attach: () => {},
      notify: (event) => {
        if (event.type === 'session.started') this.#start(meta);
        const row = this.#live.get(meta.id);
        const next = row && rowAfter(row, event);
        if (!row || !next || next === row) return;
        if (next.endedAtMs === null) this.#live.set(meta.id, next);
        else this.#end(next);
        this.#tell(next);
      },
    };
  }

  /** Puts back what an earlier process kept, the one that ended first in front. */
  restore(rows: readonly SessionRow[]): void {
    for (const row of rows) this.#ended.set(row.id, row);
    this.#forgetOld();
  }

  live(access: Access): SessionRow[] {
    return [...this.#live.values()].filter((row) => reaches(access, row));
  }

  /** The row of a session, for the server itself. */
  row(id: string): SessionRow | null {
    return this.#live.get(id) ?? this.#ended.get(id) ?? null;
  }

  /** The row of a session for somebody; null too where it is another's. */
  rowFor(access: Access, id: string): SessionRow | null {
    const row = this.row(id);
    return row && reaches(access, row) ? row : null;
  }

  /** Ended sessions, the last to end first. */
  ended({ search, limit, cursor, access }: EndedQuery): EndedPage {
    const wanted = search.trim().toLowerCase();
    const found = [...this.#ended.values()]
      .filter((row) => reaches(access, row))
      .filter(({ id, tenant, agent, endReason }) =>
        [id, tenant ?? '', agent, endReason ?? ''].some((text) =>
          text.toLowerCase().includes(wanted),
        ),
      )
      .toSorted((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0));
    const from = cursor === null ? 0 : found.findIndex(({ id }) => id === cursor) + 1;
    const rows = found.slice(from, from + limit);
    const last = rows.at(-1);
    return { rows, next: last && from + limit < found.length ? last.id : null };
  }

  /** Tells what is wrong with the recording of a session, or that nothing is. */
  recordingFaulted(id: string, recordingFault: string | null): void {
    for (const rows of [this.#live, this.#ended]) {
      const row = rows.get(id);
      if (!row || row.recordingFault === recordingFault) continue;
      rows.set(id, { ...row, recordingFault });
      this.#tell(row);
    }
  }

  /** Takes an ended session off the board. */
  forget(id: string): void {
    const row = this.#ended.get(id);
    if (row && this.#ended.delete(id)) this.#tell(row);
  }

  /** Calls with each row that came, changed or went, until the answer is called. */
  watch(listener: (row: Pick<SessionRow, 'id' | 'tenant'>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #start(meta: SessionMeta): void {
    this.#live.set(meta.id, firstRow(meta));
    this.#tell(meta);
  }

  #end(row: SessionRow): void {
    this.#live.delete(row.id);
    this.#ended.set(row.id, row);
    this.#forgetOld();
  }

  #forgetOld(): void {
    const oldestMs = this.#clock.now() - KEPT_MS;
    for (const [id, row] of this.#ended) {
      // What is recorded is shown for as long as the recording is kept.
      const isOld = (row.endedAtMs ?? 0) < oldestMs && !row.hasRecording;
      if (!isOld && this.#ended.size <= MOST_KEPT) continue;
      this.#ended.delete(id);
      this.#tell(row);
    }
  }

  #tell(row: Pick<SessionRow, 'id' | 'tenant'>): void {
    for (const listener of this.#listeners) listener(row);
  }
}
