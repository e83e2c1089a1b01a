import type { ConsoleMessage, ConsoleRequest } from '@antiphon/observability';
import { consoleRequestSchema } from '@antiphon/observability';
import type { Clock, TimerHandle } from '@antiphon/session';
import type { WebSocket } from 'ws';
import { reaches } from '../access.ts';
import type { Access } from '../access.ts';
import type { SessionFeed } from '../session-feed.ts';
import type { SessionBoard } from './session-board.ts';

/** The table changes this often at most. */
const TABLE_EVERY_MS = 250;

/** A browser with this much unread is sent nothing more until it has caught up. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** One that has not caught up by then is gone. */
const PATIENCE_MS = 30_000;

/** Sessions that one console watches at once. */
const MOST_WATCHED = 32;

const TOO_SLOW = { code: 4408, reason: 'The feed was not read fast enough.' };

/** What a console's feed is made from. */
export interface ConsoleSocketOptions {
  readonly socket: Pick<WebSocket, 'readyState' | 'OPEN' | 'bufferedAmount'> & {
    send(text: string): void;
    close(code: number, reason: string): void;
  };
  readonly board: SessionBoard;
  /** Whose sessions it is told of. */
  readonly access: Access;
  readonly feedOf: (sessionId: string) => SessionFeed | null;
  readonly clock: Clock;
}

/** One browser's feed: the table and the sessions that it watches. */
export class ConsoleSocket {
  readonly #options: ConsoleSocketOptions;
  readonly #watched = new Map<string, { stop: () => void; hasGap: boolean }>();
  readonly #changed = new Set<string>();
  #stopTable: (() => void) | null = null;
  #timer: TimerHandle | null = null;
  #slowSinceMs: number | null = null;

  constructor(options: ConsoleSocketOptions) {
    this.#options = options;
  }

  /** Takes a message of the browser; what is wrong with it is told. */
  hear(text: string): void {
    const request = consoleRequestSchema.safeParse(jsonOf(text));
    if (!request.success) {
      const issue = request.error.issues[0];
      const where = issue?.path.join('.') ?? '';
      const message = `Not understood${where === '' ? '' : ` ('${where}')`}: ${issue?.message ?? ''}`;
      this.#send({ type: 'error', code: 'bad_request', message, sessionId: null });
      return;
    }
    this.#take(request.data);
  }

  /** The browser is gone. */
  close(): void {
    this.#stopTable?.();
    this.#stopTable = null;
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #take(request: ConsoleRequest): void {
    switch (request.type) {
      case 'watch.sessions':
        this.#watchTable();
        return;
      case 'unwatch.sessions':
        this.#stopTable?.();
        this.#stopTable = null;
        this.#changed.clear();
        return;
      case 'watch.session':
        this.#watch(request.sessionId, request.after ?? null);
        return;
      case 'unwatch.session':
        this.#unwatch(request.sessionId);
    }
  }

  #watchTable(): void {
    const { board, access } = this.#options;
    this.#stopTable ??= board.watch((row) => {
      if (reaches(access, row)) this.#tableChanged(row.id);
    });
    this.#changed.clear();
    this.#send({ type: 'sessions', isWhole: true, rows: board.live(access), gone: [] });
  }

  #watch(sessionId: string, after: number | null): void {
    this.#unwatch(sessionId);
    const problem = (code: 'too_many' | 'no_such_session', message: string) =>
      this.#send({ type: 'error', code, message, sessionId });
    if (this.#watched.size >= MOST_WATCHED) {
      problem('too_many', `No more than ${MOST_WATCHED} sessions are watched at once.`);
      return;
    }
    const { board, access, feedOf } = this.#options;
    const feed = board.rowFor(access, sessionId) && feedOf(sessionId);
    if (!feed) {
      problem('no_such_session', 'No such session, or it ended some time ago.');
      return;
    }
    const watch = { stop: () => {}, hasGap: false };
    this.#watched.set(sessionId, watch);
    const stop = feed.watch(
      {
        take: (event) => {
          if (!watch.hasGap && !this.#isSlow()) this.#send({ type: 'session', event });
          else watch.hasGap = true;
          if (watch.hasGap) this.#soon();
        },
        end: () => {
          this.#watched.delete(sessionId);
          this.#send({ type: watch.hasGap ? 'session.gap' : 'session.ended', sessionId });
        },
      },
      after,
    );
    if (stop) watch.stop = stop;
    else {
      this.#watched.delete(sessionId);
      this.#send({ type: 'session.gap', sessionId });
    }
  }

  #unwatch(sessionId: string): void {
    this.#watched.get(sessionId)?.stop();
    this.#watched.delete(sessionId);
  }

  #tableChanged(id: string): void {
    this.#changed.add(id);
    this.#soon();
  }

  #soon(): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = null;
      this.#catchUp();
    }, TABLE_EVERY_MS);
  }

  /** Tells what has changed, unless the browser is still busy with what it was told before. */
  #catchUp(): void {
    if (this.#isSlow()) {
      const now = this.#options.clock.now();
      this.#slowSinceMs ??= now;
      if (now - this.#slowSinceMs <= PATIENCE_MS) this.#soon();
      else this.#options.socket.close(TOO_SLOW.code, TOO_SLOW.reason);
      return;
    }
    this.#slowSinceMs = null;
    for (const [sessionId, watch] of this.#watched) {
      if (!watch.hasGap) continue;
      this.#unwatch(sessionId);
      this.#send({ type: 'session.gap', sessionId });
    }
    if (this.#changed.size === 0) return;
    const ids = [...this.#changed];
    this.#changed.clear();
    const found = ids.map((id) => ({ id, row: this.#options.board.row(id) }));
    this.#send({
      type: 'sessions',
      isWhole: false,
      rows: found.flatMap(({ row }) => row ?? []),
      gone: found.filter(({ row }) => row === null).map(({ id }) => id),
    });
  }

  #isSlow(): boolean {
    return this.#options.socket.bufferedAmount > MOST_UNREAD_BYTES;
  }

  #send(message: ConsoleMessage): void {
    const { socket } = this.#options;
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
