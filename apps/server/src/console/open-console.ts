import { hostname } from 'node:os';
import type { Fleet, QueueStanding, SessionRow } from '@antiphon/observability';
import type { Clock, ControlChannel } from '@antiphon/session';
import type { SessionArchive } from '@antiphon/storage';
import type { QueueView } from '@antiphon/tools';
import type { Logger } from 'pino';
import type { Access } from '../access.ts';
import type { ServerConfig } from '../config.ts';
import type { Recordings } from '../server-recorder.ts';
import type { SessionFeed } from '../session-feed.ts';
import type { NewSession } from '../session-registry.ts';
import { ConsoleLogins } from './console-logins.ts';
import { Fleets } from './fleets.ts';
import { keptRow } from './kept-row.ts';
import { RecordingsKeeper } from './recordings-keeper.ts';
import type { ServerStanding } from './server-list.ts';
import { ServerList } from './server-list.ts';
import { SessionBoard } from './session-board.ts';
import { SessionDetails } from './session-details.ts';

/** What the server side of the console is made from. */
export interface OpenConsoleOptions {
  /** Where sessions are recorded; null where none is. */
  readonly recordings: Recordings | null;
  readonly feedOf: (sessionId: string) => SessionFeed | null;
  /** Whether a session holds anything still. */
  readonly isLive: (sessionId: string) => boolean;
  /** Those that live. */
  readonly sessions: () => readonly { readonly tenant: string | null }[];
  /** Null where tools run in this process. */
  readonly queueView: () => QueueView | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Pick<
    ServerConfig,
    'maxSessions' | 'recordingsDays' | 'analyze' | 'redisUrl' | 'traceUrl'
  >;
}

/** What the fleet has beside what sessions tell. */
export type FleetStanding = Pick<Fleet, 'workers' | 'queue'>;

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
  /** The address of a trace in a viewer, as configured. */
  readonly traceUrl: string | null;
  /** Who holds sessions, as many as somebody may see, and where tools run. */
  readonly standing: (access: Access) => Promise<FleetStanding>;
  /** What listens to a session that begins. */
  listenersOf(session: NewSession): readonly ControlChannel[];
  /** A session has ended, and its recording is complete. */
  ended(sessionId: string): Promise<void>;
  /** Shows what earlier processes recorded, once what is too old is gone. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the server side of the console; it shows nothing of earlier processes until it is opened. */
export function openConsole(options: OpenConsoleOptions): ConsoleSide {
  const { recordings, feedOf, isLive, sessions, queueView, clock, log, config } = options;
  const archive = recordings?.archive ?? null;
  const board = new SessionBoard(clock, archive ? (id) => kept(archive, id) : undefined);
  const fleets = new Fleets(clock);
  const servers = new ServerList({
    redisUrl: config.redisUrl,
    own: () => {
      const live = sessions();
      return {
        name: `${hostname()}:${process.pid}`,
        sessions: live.length,
        max: config.maxSessions,
        tenants: tenantCounts(live),
      };
    },
    clock,
  });
  const keptDays = config.recordingsDays;
  const keeper = recordings
    ? new RecordingsKeeper({ ...recordings, board, feedOf, clock, log, keptDays })
    : null;
  return {
    board,
    details: new SessionDetails({ board, feedOf, archive, isLive, isAnalyzing: config.analyze }),
    isLive,
    fleets,
    logins: new ConsoleLogins(clock),
    archive,
    clock,
    traceUrl: config.traceUrl,
    standing: async (access) => {
      const [listed, queue] = await Promise.all([servers.list(), queueStanding(queueView())]);
      const workers = listed.map((server) => workerFor(access, server));
      return { workers, queue };
    },
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
    open: async () => {
      servers.open();
      await recordings?.owners.open();
      await keeper?.open();
    },
    close: async () => {
      keeper?.close();
      await recordings?.owners.close();
      await servers.close();
    },
  };
}

/** The row that is kept of a session; null where there is none, or no session is called that. */
async function kept(archive: SessionArchive, id: string): Promise<SessionRow | null> {
  return keptRow(await archive.summary(id).catch(() => null));
}

function tenantCounts(
  sessions: readonly { readonly tenant: string | null }[],
): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { tenant } of sessions) {
    if (tenant !== null) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/** A tenant is told of its own sessions only. */
function workerFor(
  { tenant }: Access,
  { name, sessions, max, tenants }: ServerStanding,
): Fleet['workers'][number] {
  return { name, sessions: tenant === null ? sessions : (tenants[tenant] ?? 0), max };
}

async function queueStanding(view: QueueView | null): Promise<QueueStanding> {
  if (!view) return { state: 'none' };
  if (!view.isReachable) return { state: 'away' };
  const [workers, waiting] = await Promise.all([view.workers(), view.waiting()]);
  return { state: 'there', workers, waiting };
}
