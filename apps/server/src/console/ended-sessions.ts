import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SessionRow } from '@antiphon/observability';
import { hasWords, searchedTraits, searchWords } from '@antiphon/observability/session-search';
import type { Clock } from '@antiphon/session';
import { reaches } from '../access.ts';
import type { Access } from '../access.ts';

/** Ended sessions of which nothing is kept are shown for a day, at most so many. */
const SHOWN_MS = 24 * 3_600_000;
const MOST_UNKEPT = 1_000;

/** Of those that are kept the newest are held whole; others are read when they are asked for. */
const MOST_WHOLE = 1_000;

/** Calls that go on have their turn after so many. */
const SLICE = 1_000;

/** Different traits that share their text; agents, tenants, states and endings are few. */
const MOST_TRAITS = 10_000;

/** Which ended sessions are asked for. */
export interface EndedQuery {
  /** Words, all of which are in a session. */
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

/** What of a session is held for as long as it is listed. */
interface Listed {
  readonly id: string;
  readonly tenant: string | null;
  readonly endedAtMs: number;
  readonly traits: string;
}

/**
 * The sessions that ended. One whose summary is kept is listed until it is forgotten, with its row
 * read from there when it is not among the newest; one without for a day at most.
 */
export class EndedSessions {
  readonly #clock: Clock;
  readonly #load: (id: string) => Promise<SessionRow | null>;
  readonly #listed = new Map<string, Listed>();
  /** Whole rows: of those that are being kept, of those that are not kept, of the newest kept. */
  readonly #pending = new Map<string, SessionRow>();
  readonly #unkept = new Map<string, SessionRow>();
  readonly #newest = new Map<string, SessionRow>();
  readonly #traits = new Map<string, string>();
  /** All that are listed, the first to end in front; null when it has to be made anew. */
  #inOrder: Listed[] | null = [];

  /** `load` reads the row that is kept of a session; null where none is. */
  constructor(clock: Clock, load: (id: string) => Promise<SessionRow | null>) {
    this.#clock = clock;
    this.#load = load;
  }

  /** Adds one that ends now; tells those that are not shown any more. */
  add(row: SessionRow): readonly Listed[] {
    (row.hasRecording ? this.#pending : this.#unkept).set(row.id, row);
    this.#list(row);
    return this.#dropUnkept();
  }

  /** The summary of a session is kept, or cannot be; tells those that are not shown any more. */
  settle(id: string, isKept: boolean): readonly Listed[] {
    const row = this.#pending.get(id);
    if (!row) return [];
    this.#pending.delete(id);
    if (!isKept) {
      this.#unkept.set(id, row);
      return this.#dropUnkept();
    }
    this.#newest.set(id, row);
    for (const old of this.#newest.keys()) {
      if (this.#newest.size <= MOST_WHOLE) break;
      this.#newest.delete(old);
    }
    return [];
  }

  /** Lists what an earlier process kept, the first to end in front; the newest come first of all. */
  restore(rows: readonly SessionRow[]): void {
    const hasRoom = this.#newest.size + rows.length <= MOST_WHOLE;
    for (const row of rows) {
      if (this.#listed.has(row.id)) continue;
      if (hasRoom) this.#newest.set(row.id, row);
      this.#list(row);
    }
  }

  /** The row of one that ended lately. */
  row(id: string): SessionRow | null {
    return this.#pending.get(id) ?? this.#unkept.get(id) ?? this.#newest.get(id) ?? null;
  }

  /** The row of any that is kept. */
  async find(id: string): Promise<SessionRow | null> {
    return this.row(id) ?? this.#load(id);
  }

  /** Puts another row in the place of one that is held. */
  replace(row: SessionRow): void {
    for (const rows of [this.#pending, this.#unkept, this.#newest]) {
      if (rows.has(row.id)) rows.set(row.id, row);
    }
  }

  /** Lists it no more; null where it was not listed. */
  forget(id: string): Listed | null {
    const listed = this.#listed.get(id) ?? null;
    for (const rows of [this.#pending, this.#unkept, this.#newest, this.#listed]) rows.delete(id);
    if (listed) this.#inOrder = null;
    return listed;
  }

  /** The last to end first. */
  async page({ search, limit, cursor, access }: EndedQuery): Promise<EndedPage> {
    const words = searchWords(search);
    const inOrder = this.#sorted();
    const before = cursor === null ? -1 : inOrder.findIndex(({ id }) => id === cursor);
    const found: Listed[] = [];
    let at = before < 0 ? inOrder.length : before;
    while (at > 0 && found.length <= limit) {
      const listed = inOrder[--at]!;
      if (reaches(access, listed) && hasWords(listed, words)) found.push(listed);
      if (at % SLICE === 0) await nextTurn();
    }
    const shown = found.slice(0, limit);
    const rows = await Promise.all(shown.map(({ id }) => this.find(id)));
    return {
      rows: rows.filter((row) => row !== null),
      next: found.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  }

  #list(row: SessionRow): void {
    const { id, tenant } = row;
    const listed = { id, tenant, endedAtMs: row.endedAtMs ?? 0, traits: this.#traitsOf(row) };
    this.#listed.set(id, listed);
    const last = this.#inOrder?.at(-1);
    if (!last || last.endedAtMs <= listed.endedAtMs) this.#inOrder?.push(listed);
    else this.#inOrder = null;
  }

  #traitsOf(row: SessionRow): string {
    const traits = searchedTraits(row);
    const known = this.#traits.get(traits);
    if (known !== undefined) return known;
    if (this.#traits.size < MOST_TRAITS) this.#traits.set(traits, traits);
    return traits;
  }

  #sorted(): readonly Listed[] {
    this.#inOrder ??= [...this.#listed.values()].toSorted((a, b) => a.endedAtMs - b.endedAtMs);
    return this.#inOrder;
  }

  #dropUnkept(): readonly Listed[] {
    const oldestMs = this.#clock.now() - SHOWN_MS;
    const dropped: Listed[] = [];
    for (const [id, row] of this.#unkept) {
      const isOld = (row.endedAtMs ?? 0) < oldestMs;
      if (!isOld && this.#unkept.size <= MOST_UNKEPT) break;
      const listed = this.forget(id);
      if (listed) dropped.push(listed);
    }
    return dropped;
  }
}
