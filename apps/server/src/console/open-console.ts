import type { Fleet, SessionRow } from '@antiphon/observability';
import type { Clock, ControlChannel } from '@antiphon/session';
import type { SessionArchive } from '@antiphon/storage';
import type { Logger } from 'pino';
import type { ServerConfig } from '../config.ts';
import type { SessionFeed } from '../session-feed.ts';
import type { NewSession } from '../session-registry.ts';
import { ConsoleLogins } from './console-logins.ts';
import { Fleets } from './fleets.ts';
import { keptRow } from './kept-row.ts';
import { RecordingsKeeper } from './recordings-keeper.ts';
import { SessionBoard } from './session-board.ts';
import { SessionDetails } from './session-details.ts';

/** What the server side of the console is made from. */
export interface OpenConsoleOptions {
  /** Null where nothing is recorded. */
  readonly archive: SessionArchive | null;
  readonly feedOf: (sessionId: string) => SessionFeed | null;
  /** Whether a session holds anything still. */
  readonly isLive: (sessionId: string) => boolean;
  /** How many live. */
  readonly sessions: () => number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Pick<ServerConfig, 'maxSessions' | 'recordingsDays' | 'analyze'>;
}

/** What the console shows, gathered from all sessions of this server. */
export interface ConsoleSide {
  readonly board: SessionBoard;
  readonly details: SessionDetails;
  /** Whether a session holds anything still. */
  readonly isLive: (sessionId: string) => boolean;
  readonly fleets: Fleets;
  readonly logins: ConsoleLogins;
  readonly archive: SessionArchive | null;
  readonly clock: Clock;
  readonly workers: () => Fleet['workers'];
  /** What listens to a session that begins. */
  listenersOf(session: NewSession): readonly ControlChannel[];
  /** A session has ended, and its recording is complete. */
  ended(sessionId: string): Promise<void>;
  /** Shows what earlier processes recorded, once what is too old is gone. */
  open(): Promise<void>;
  close(): void;
}

/** Makes the server side of the console; it shows nothing of earlier processes until it is opened. */
export function openConsole(options: OpenConsoleOptions): ConsoleSide {
  const { archive, feedOf, isLive, sessions, clock, log, config } = options;
  const board = new SessionBoard(clock, archive ? (id) => kept(archive, id) : undefined);
  const fleets = new Fleets(clock);
  const keeper = archive
    ? new RecordingsKeeper({ archive, board, feedOf, clock, log, keptDays: config.recordingsDays })
    : null;
  return {
    board,
    details: new SessionDetails({ board, feedOf, archive, isLive, isAnalyzing: config.analyze }),
    isLive,
    fleets,
    logins: new ConsoleLogins(clock),
    archive,
    clock,
    workers: () => [{ name: 'this server', sessions: sessions(), max: config.maxSessions }],
    listenersOf: ({ sessionId, tenant, agent: { name, pipeline }, startedAtMs }) => [
      board.open({
        id: sessionId,
        tenant,
        agent: name,
        leg: 'realtime',
        pipeline,
        startedAtMs,
        hasRecording: archive !== null,
      }),
      ...fleets.open({ sessionId, agent: name, tenant }),
    ],
    ended: (sessionId) => keeper?.ended(sessionId) ?? Promise.resolve(),
    open: () => keeper?.open() ?? Promise.resolve(),
    close: () => keeper?.close(),
  };
}

/** The row that is kept of a session; null where there is none, or no session is called that. */
async function kept(archive: SessionArchive, id: string): Promise<SessionRow | null> {
  return keptRow(await archive.summary(id).catch(() => null));
}
