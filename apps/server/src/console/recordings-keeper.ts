import type { SessionRow } from '@antiphon/observability';
import type { SessionEnding } from '@antiphon/observability/session-endings';
import type { Clock, RecordedEvent, TimerHandle } from '@antiphon/session';
import type { ArchivedSession, SessionArchive } from '@antiphon/storage';
import type { Logger } from 'pino';
import type { SessionFeed } from '../session-feed.ts';
import { keptRow } from './kept-row.ts';
import type { SessionBoard } from './session-board.ts';
import { firstRow, rowAfter } from './session-row.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The start waits for so many recordings of earlier processes; the others are listed meanwhile. */
const FIRST_RESTORED = 1_000;

const CRASHED: SessionEnding = 'crashed';

/** What is wrong with the recording of a session whose process ended before it did. */
const DIED = 'the process died: the last seconds are missing';
/** The same where the session had ended, and what lists show of it could not be kept. */
const NOT_ALL_WRITTEN = 'not all of it could be written';

/** So many are read at once. */
const BATCH = 64;

/** What a keeper needs. */
export interface RecordingsKeeperOptions {
  readonly archive: SessionArchive;
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
 */
export class RecordingsKeeper {
  readonly #options: RecordingsKeeperOptions;
  #timer: TimerHandle | null = null;
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
    const { archive, board, feedOf, log } = this.#options;
    const row = board.row(id);
    if (!row) return;
    try {
      await archive.keepSummary(id, { ...row, beside: feedOf(id)?.beside() ?? [] });
      board.settle(id, true);
    } catch (err) {
      // Nothing of it could be recorded; that was said when it happened.
      log.debug({ err, sessionId: id }, 'no summary is kept');
      board.settle(id, false);
    }
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
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

  /** Lists recordings; the latest is in front. */
  async #restore(found: readonly ArchivedSession[]): Promise<void> {
    const { board } = this.#options;
    const rows: SessionRow[] = [];
    for (let at = 0; at < found.length; at += BATCH) {
      const read = found.slice(at, at + BATCH).map((session) => this.#read(session));
      rows.push(...(await Promise.all(read)).filter((row) => row !== null));
    }
    board.restore(rows.toReversed());
  }

  /** The row of a recording; null where nothing can be read. */
  async #read({ id, changedAtMs }: ArchivedSession): Promise<SessionRow | null> {
    const { archive, log } = this.#options;
    try {
      const row = keptRow(await archive.summary(id));
      // Earlier versions said nothing of what is missing.
      const isToldOf = row?.endReason !== CRASHED || row.recordingFault !== null;
      return row && isToldOf ? row : await this.#crashed(id, changedAtMs);
    } catch (err) {
      log.warn({ err, sessionId: id }, 'a recording cannot be read');
      return null;
    }
  }

  /** A session without a summary: its process ended before it did. */
  async #crashed(id: string, changedAtMs: number): Promise<SessionRow | null> {
    const { archive } = this.#options;
    const events = await archive.events(id);
    const started = events?.find(({ type }) => type === 'session.started');
    if (started?.type !== 'session.started') return null;
    const begun = firstRow({
      id,
      tenant: started.tenant ?? null,
      agent: started.agent,
      leg: 'realtime',
      pipeline: '',
      startedAtMs: started.atMs,
      hasRecording: true,
    });
    const isCut = await archive.completeSound(id);
    const row: SessionRow = {
      ...(events ?? []).reduce(rowAfter, begun),
      endedAtMs: events?.at(-1)?.atMs ?? changedAtMs,
      endReason: CRASHED,
      openTools: [],
      recordingFault: isCut || !events?.some(isEnd) ? DIED : NOT_ALL_WRITTEN,
    };
    await archive.keepSummary(id, row).catch(() => {});
    return row;
  }
}

function isEnd({ type }: RecordedEvent): boolean {
  return type === 'session.ended';
}
