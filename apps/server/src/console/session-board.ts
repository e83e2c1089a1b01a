import type { SessionRow } from '@antiphon/observability';
import type { Clock, ControlChannel } from '@antiphon/session';
import { reaches } from '../access.ts';
import type { Access } from '../access.ts';
import { EndedSessions } from './ended-sessions.ts';
import type { EndedPage, EndedQuery } from './ended-sessions.ts';
import { firstRow, rowAfter } from './session-row.ts';
import type { SessionMeta } from './session-row.ts';

/** The sessions of this server as a table shows them: those that live, and those that ended. */
export class SessionBoard {
  readonly #live = new Map<string, SessionRow>();
  readonly #ended: EndedSessions;
  readonly #listeners = new Set<(row: Pick<SessionRow, 'id' | 'tenant'>) => void>();

  /** `load` reads the row that is kept of a session; null where none is. */
  constructor(clock: Clock, load: (id: string) => Promise<SessionRow | null> = noRow) {
    this.#ended = new EndedSessions(clock, load);
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
    this.#ended.restore(rows);
  }

  /** Puts a session of another process on the board, of which all is kept. */
  endedElsewhere(row: SessionRow): void {
    this.#end(row);
    this.settle(row.id, true);
    this.#tell(row);
  }

  /** The summary of a session that ended is kept, or cannot be. */
  settle(id: string, isKept: boolean): void {
    this.#tellAll(this.#ended.settle(id, isKept));
  }

  live(access: Access): SessionRow[] {
    return [...this.#live.values()].filter((row) => reaches(access, row));
  }

  /** The row of a session that lives or ended lately, for the server itself. */
  row(id: string): SessionRow | null {
    return this.#live.get(id) ?? this.#ended.row(id);
  }

  /** The same for somebody; null too where it is another's. */
  rowFor(access: Access, id: string): SessionRow | null {
    const row = this.row(id);
    return row && reaches(access, row) ? row : null;
  }

  /** The row of a session, for as long as anything of it is kept. */
  async find(id: string): Promise<SessionRow | null> {
    return this.#live.get(id) ?? this.#ended.find(id);
  }

  /** The same for somebody; null too where it is another's. */
  async findFor(access: Access, id: string): Promise<SessionRow | null> {
    const row = await this.find(id);
    return row && reaches(access, row) ? row : null;
  }

  /** Ended sessions, the last to end first. */
  ended(query: EndedQuery): Promise<EndedPage> {
    return this.#ended.page(query);
  }

  /** Tells what is wrong with the recording of a session, or that nothing is. */
  recordingFaulted(id: string, recordingFault: string | null): void {
    const row = this.row(id);
    if (!row || row.recordingFault === recordingFault) return;
    const changed = { ...row, recordingFault };
    if (this.#live.has(id)) this.#live.set(id, changed);
    else this.#ended.replace(changed);
    this.#tell(row);
  }

  /** Takes an ended session off the board. */
  forget(id: string): void {
    const listed = this.#ended.forget(id);
    if (listed) this.#tell(listed);
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
    this.#tellAll(this.#ended.add(row));
  }

  #tellAll(rows: readonly Pick<SessionRow, 'id' | 'tenant'>[]): void {
    for (const row of rows) this.#tell(row);
  }

  #tell(row: Pick<SessionRow, 'id' | 'tenant'>): void {
    for (const listener of this.#listeners) listener(row);
  }
}

async function noRow(): Promise<null> {
  return null;
}
