import type { SessionRow } from '@antiphon/observability';
import type { Clock, TimerHandle } from '@antiphon/session';
import type { ArchivedSession, RecordingOwners, SessionArchive } from '@antiphon/storage';
import type { Logger } from 'pino';
import type { SessionFeed } from '../session-feed.ts';
import { completeCrashed, CRASHED } from './crashed-session.ts';
import { keptRow } from './kept-row.ts';
import type { SessionBoard } from './session-board.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The start waits for so many recordings of earlier processes; the others are listed meanwhile. */
const FIRST_RESTORED = 1_000;

/** How often it is looked what became of calls that another process had when this one began. */
const LOOK_MS = 10_000;

/** So many are read at once. */
const BATCH = 64;

/** What a keeper needs. */
export interface RecordingsKeeperOptions {
  readonly archive: SessionArchive;
  readonly owners: RecordingOwners;
  readonly board: SessionBoard;
  readonly feedOf: (sessionId: string) => SessionFeed | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long recordings are kept. */
  readonly keptDays: number;
}

/**
 * Keeps the recordings in order: puts those of earlier processes on the board, keeps a summary of
 * each session that ends, and deletes what is older than it may be, at the start and every hour.
 * What a process that lives is writing is left alone until it has ended, or the process has.
 */
export class RecordingsKeeper {
  readonly #options: RecordingsKeeperOptions;
  #timer: TimerHandle | null = null;
  /** Calls that another process is writing. */
  readonly #written = new Map<string, ArchivedSession>();
  #lookTimer: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: RecordingsKeeperOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#sweep();
    const found = await this.#options.archive.list();
    await this.#restore(found.slice(0, FIRST_RESTORED));
    void this.#restoreOthers(found.slice(FIRST_RESTORED));
  }

  /** A session has ended, and its recording is complete. */
  async ended(id: string): Promise<void> {
    const { archive, owners, board, feedOf, log } = this.#options;
    const row = board.row(id);
    try {
      if (row) await archive.keepSummary(id, { ...row, beside: feedOf(id)?.beside() ?? [] });
      board.settle(id, true);
    } catch (err) {
      // Nothing of it could be recorded; that was said when it happened.
      log.debug({ err, sessionId: id }, 'no summary is kept');
      board.settle(id, false);
    }
    await owners.release(id);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of [this.#timer, this.#lookTimer]) {
      if (timer !== null) this.#options.clock.clearTimeout(timer);
    }
    this.#timer = null;
    this.#lookTimer = null;
  }

  async #sweep(): Promise<void> {
    const { archive, board, clock, log, keptDays } = this.#options;
    const isLive = (id: string) => board.row(id)?.endedAtMs === null;
    try {
      const swept = await archive.sweep(clock.now() - keptDays * DAY_MS, isLive);
      for (const id of swept) board.forget(id);
      if (swept.length > 0) log.info({ count: swept.length, keptDays }, 'old recordings deleted');
    } catch (err) {
      log.warn({ err }, 'old recordings could not be deleted');
    }
    if (this.#isClosed) return;
    this.#timer = clock.setTimeout(() => void this.#sweep(), HOUR_MS);
  }

  async #restoreOthers(found: readonly ArchivedSession[]): Promise<void> {
    const { log } = this.#options;
    try {
      for (let at = 0; at < found.length && !this.#isClosed; at += BATCH) {
        await this.#restore(found.slice(at, at + BATCH));
      }
    } catch (err) {
      log.warn({ err }, 'not all recordings of earlier processes are listed');
    }
  }

  /** Lists calls that another process was writing, once they or it have ended. */
  async #look(): Promise<void> {
    const { board, log } = this.#options;
    this.#lookTimer = null;
    const found = [...this.#written.values()];
    this.#written.clear();
    try {
      for (const row of await this.#readAll(found)) board.endedElsewhere(row);
    } catch (err) {
      log.warn({ err }, 'calls of another server are not listed');
    }
  }

  #lookLater(session: ArchivedSession): void {
    this.#written.set(session.id, session);
    if (this.#lookTimer !== null || this.#isClosed) return;
    this.#lookTimer = this.#options.clock.setTimeout(() => void this.#look(), LOOK_MS);
  }

  /** Lists recordings; the latest is in front. */
  async #restore(found: readonly ArchivedSession[]): Promise<void> {
    const rows = await this.#readAll(found);
    this.#options.board.restore(rows.toReversed());
  }

  async #readAll(found: readonly ArchivedSession[]): Promise<SessionRow[]> {
    const rows: SessionRow[] = [];
    for (let at = 0; at < found.length; at += BATCH) {
      const read = found.slice(at, at + BATCH).map((session) => this.#read(session));
      rows.push(...(await Promise.all(read)).filter((row) => row !== null));
    }
    return rows;
  }

  /** The row of a recording; null where nothing can be read, or not yet. */
  async #read(session: ArchivedSession): Promise<SessionRow | null> {
    const { archive, owners, log } = this.#options;
    const { id } = session;
    try {
      const atFirst = keptRow(await archive.summary(id));
      if (atFirst && atFirst.endReason !== CRASHED) return atFirst;
      const standing = await owners.standing(id);
      // One that ended meanwhile had its summary before it was nobody's.
      const row = keptRow(await archive.summary(id));
      if (row && row.endReason !== CRASHED) return row;
      if (standing === 'writing') {
        this.#lookLater(session);
        return null;
      }
      // Earlier versions said nothing of what is missing.
      const isTold = row !== null && row.recordingFault !== null;
      return isTold && standing === 'nobodys' ? row : await completeCrashed(session, this.#options);
    } catch (err) {
      log.warn({ err, sessionId: id }, 'a recording cannot be read');
      return null;
    }
  }
}
