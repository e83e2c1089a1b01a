import path from 'node:path';
import type { OtlpMetricsOptions } from '@antiphon/observability';
import type { Clock } from '@antiphon/session';
import { systemClock } from '@antiphon/session';
import { QueueView, ToolQueue } from '@antiphon/tools';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { openApiKeys } from './api-key.ts';
import { ClientSecrets } from './client-secrets.ts';
import type { ServerConfig } from './config.ts';
import { ConsoleUpgrade } from './console/console-upgrade.ts';
import { openConsole } from './console/open-console.ts';
import { ConnectionRate } from './connection-rate.ts';
import type { AudioCounts } from './counted-leg.ts';
import { FeedUpgrade } from './feed-upgrade.ts';
import { Heartbeat } from './heartbeat.ts';
import { buildHttp } from './http.ts';
import { listen } from './listen.ts';
import { openAgents } from './open-agents.ts';
import { openPipelines } from './pipelines.ts';
import type { Pipelines } from './pipelines.ts';
import { openBreakers } from './provider-breakers.ts';
import { Readiness } from './readiness.ts';
import { RealtimeUpgrade } from './realtime-upgrade.ts';
import { openServerAnalyses } from './server-analyses.ts';
import { openServerFollowUps } from './server-follow-ups.ts';
import { ServerMetrics } from './server-metrics.ts';
import { openServerRecorder, recordingsIn, type RecordingDisk } from './server-recorder.ts';
import { SessionMetricsChannel } from './session-metrics-channel.ts';
import { SessionRegistry } from './session-registry.ts';
import type { LiveSession } from './session-registry.ts';
import { openTls } from './tls.ts';
import { ToolMetricsChannel } from './tool-metrics-channel.ts';
import { queuedToolsOf, toolRunnersOf } from './tool-runners.ts';
import { modelsOf } from './tracing/models-of.ts';
import { openTracing } from './tracing/open-tracing.ts';
import { refusalOf } from './tracing/refusal.ts';
import { tracedLog } from './tracing/traced-log.ts';
import type { SpanOfSession } from './tracing/traced-log.ts';
import { routeUpgrades } from './upgrades.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Ended sessions close their sockets and files within this time, or are left to the process. */
const CLOSING_MS = 5_000;

/** What a test may put in place of the server's own. */
export interface ServerDeps {
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly openPipelines?: typeof openPipelines;
  /** A built console, in place of the one beside the server. */
  readonly consoleDir?: string;
  readonly recordingDisk?: RecordingDisk;
  /** How many sockets may wait without a key. */
  readonly mostWaiting?: number;
  /** Told, in a few words, what the start is busy with. */
  readonly onProgress?: (doing: string) => void;
  /** Told the address as soon as `/healthz` answers there. */
  readonly onListening?: (url: string) => void;
}

/** A server that takes calls. */
export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:8787`; `https` with TLS. */
  readonly url: string;
  /** A key that it accepts. */
  readonly key: string;
  /** Where the key is kept; `null` when it came from the environment. */
  readonly keyFile: string | null;
  readonly isNewKey: boolean;
  /** The certificate that clients must be told to trust; `null` when there is none. */
  readonly selfSignedCertFile: string | null;
  /** A line that says where e-mailed answers go. */
  readonly mails: string;
  /** Names of the agents; the default one is first. */
  readonly agents: readonly string[];
  /** Queued tools, as `agent/tool`, that run in this process for want of a Redis. */
  readonly undurableTools: readonly string[];
  /** Ends every session and everything else; resolves when nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts a server: key, agents, HTTP, then the models, while `/healthz` answers already. Rejects
 * with a ServerError that says what to do; then nothing is left behind.
 */
export async function startServer(
  config: ServerConfig,
  deps: ServerDeps = {},
): Promise<RunningServer> {
  const { clock = systemClock, onProgress = () => {} } = deps;
  // Answers that were promised before the start are told of before there is any tracing.
  let spanOf: SpanOfSession = () => null;
  const log = tracedLog(
    deps.log ?? pino({ level: config.logLevel }, pino.destination(2)),
    (sessionId) => spanOf(sessionId),
  );
  const tls = await openTls(config, clock);
  const keys = await openApiKeys(config);
  const secrets = new ClientSecrets(clock);
  const agents = await openAgents(config);
  const recordingsDir = path.join(config.dataDir, 'recordings');
  let pipelines: Pipelines | null = null;
  const opened = () => pipelines ?? notReady();
  const audio: AudioCounts = { in: 0, out: 0, late: 0 };
  const breakers = openBreakers({ clock, log });
  let queueView: QueueView | null = null;
  const metrics = new ServerMetrics({
    sessions: () => sessionCounts(registry.list(), agents.agents.keys()),
    bufferedBytes: () => realtime.bufferedBytes,
    remaining: () => registry.remaining,
    waitingJobs: config.redisUrl === null ? null : async () => (await queueView?.waiting()) ?? 0,
    audio,
    providers: () => breakers.standings(),
    otlp: otlpOf(config, log),
  });
  const followUps = await openServerFollowUps(config, {
    clock,
    log,
    metrics: metrics.tools,
  }).catch(async (error: unknown) => {
    await metrics.close();
    throw error;
  });
  const queue = config.redisUrl === null ? null : openQueue(config.redisUrl, { clock, log });
  const analyses = openServerAnalyses(config, { log, metrics: metrics.analyses });
  const undurableTools = queue ? [] : queuedToolsOf(agents.loaded);
  const feedOf = (id: string) => registry.feed(id);
  const recordings = config.recordings ? recordingsIn(recordingsDir, { clock, log }) : null;
  const consoleSide = openConsole({
    recordings,
    feedOf,
    isLive: (id) => registry.isLive(id),
    sessions: () => registry.list(),
    queueView: () => queueView,
    clock,
    log,
    config,
  });
  const tracing = openTracing({
    config,
    log,
    webhooksOf: (agent) => new Set(agents.loaded.get(agent)?.webhooks.keys()),
    modelsOf,
    onLeftOut: (isRemarkable) => metrics.traces.leftOut(isRemarkable),
    onTurn: (sessionId, { traceId, turns, atMs }) => {
      for (const turn of turns) {
        feedOf(sessionId)?.tell({ type: 'trace', turn, traceId }, atMs);
        consoleSide.fleets.traced(sessionId, turn, traceId);
      }
    },
  });
  spanOf = (sessionId) => tracing.spanOf(sessionId);
  const toolsOf = toolRunnersOf(agents.loaded, {
    queue,
    metrics: metrics.tools,
    clock,
    config,
    tracer: tracing.tracer,
  });
  const registry = new SessionRegistry({
    listenersOf: (session) => [
      new SessionMetricsChannel({
        metrics: metrics.sessions,
        usage: metrics.usage,
        labels: {
          agent: session.agent.name,
          pipeline: session.agent.pipeline,
          leg: 'realtime',
          get codec() {
            return session.codec?.() ?? null;
          },
        },
        startedAtMs: session.startedAtMs,
        modality: session.agent.config.modality,
        agentTools: agents.agents.get(session.agent.name)?.config.tools ?? [],
        sentMs: session.sentMs,
      }),
      // The console forgets an ended session, whose end ends its last turn.
      ...tracing.listenersOf(session),
      ...consoleSide.listenersOf(session),
    ],
    spanOf,
    onEnded: async (id) => {
      await consoleSide.ended(id);
      analyses.add(id);
    },
    rooms: {
      engineOf: (agent) => opened().engineOf(agent),
      detectorsOf: (agent) => opened().detectorsOf(agent),
      toolsOf: (agent) => tracing.toolsOf(toolsOf(agent)),
    },
    recorder: recordings
      ? openServerRecorder(recordingsDir, {
          clock,
          log,
          metrics: metrics.recordings,
          board: consoleSide.board,
          feedOf,
          owners: recordings.owners,
          disk: deps.recordingDisk,
        })
      : null,
    metricsOf: ({ name, config: { tools } }) =>
      new ToolMetricsChannel({
        metrics: metrics.tools,
        agent: name,
        agentTools: agents.agents.get(name)?.config.tools ?? [],
        tools,
      }),
    followUps: followUps.followUps,
    audio,
    onPaced: (lateMs) => metrics.pacing.late(lateMs),
    clock,
    log,
    maxSessions: config.maxSessions,
    maxSessionMs: config.maxSessionMs,
  });
  const readiness = new Readiness(registry);
  const heartbeat = new Heartbeat(clock, () =>
    log.info({ reason: 'no sign of life' }, 'connection dropped'),
  );
  const waitingRoom = new WaitingRoom({
    mostWaiting: deps.mostWaiting,
    onFull: () => log.warn('too many connections without a key: the oldest are dropped'),
  });
  const unreadyReason = () => readiness.unreadyReason;
  queueView = config.redisUrl === null ? null : new QueueView(config.redisUrl);
  const http = await buildHttp({
    keys,
    secrets,
    tls,
    shelf: agents,
    registry,
    metrics,
    queueView,
    log,
    consoleDir: deps.consoleDir,
    recordingsDir,
    unreadyReason,
    console: consoleSide,
    voiceOf: (agent) => opened().voiceOf(agent),
    clock,
  });
  waitingRoom.watch(http.server);
  const realtime = new RealtimeUpgrade({
    keys,
    secrets,
    connectionRate: new ConnectionRate(config.connectionsPerMinute, clock),
    shelf: agents,
    registry,
    heartbeat,
    waitingRoom,
    clock,
    maxSessionMs: config.maxSessionMs,
    log,
    unreadyReason,
    onRejected: (reason) => metrics.sessions.rejected(reason),
    onRoundTrip: (rttMs) => metrics.sessions.roundTrip(rttMs),
  });
  const feed = new FeedUpgrade({
    keys,
    secrets,
    heartbeat,
    waitingRoom,
    feedOf: (id, access) => consoleSide.board.rowFor(access, id) && feedOf(id),
  });
  const consoleFeed = new ConsoleUpgrade({ ...consoleSide, keys, heartbeat, waitingRoom, feedOf });
  routeUpgrades(http.server, { realtime, feed, console: consoleFeed });

  const stop = async (): Promise<void> => {
    readiness.stop();
    await within(
      CLOSING_MS,
      clock,
      registry.endAll('serverStopping').then(() => realtime.drain()),
    );
    registry.close();
    realtime.close();
    feed.close();
    consoleFeed.close();
    await consoleSide.close();
    heartbeat.close();
    await http.close();
    await queueView?.close();
    await analyses.close();
    await metrics.close();
    await tracing.close();
    await pipelines?.close();
    await followUps.close();
    await queue?.close();
  };
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= stop());

  try {
    const url = await listen(http, config);
    deps.onListening?.(url);
    await consoleSide.open();
    pipelines = await (deps.openPipelines ?? openPipelines)({
      agents: agents.agents,
      clock,
      log,
      variables: config.variables,
      breakers,
      maxSessions: config.maxSessions,
      onProgress,
      onFailure: (what, err) => {
        log.fatal({ err }, `the ${what} failed`);
        readiness.fail(`the ${what} failed; restart the server`);
      },
    });
    readiness.loaded();
    log.info({ url }, 'server ready');
    const first = agents.defaultAgent.name;
    return {
      url,
      key: keys.first,
      keyFile: keys.file,
      isNewKey: keys.isNew,
      selfSignedCertFile: tls?.isSelfSigned ? tls.certFile : null,
      mails: followUps.summary,
      undurableTools,
      agents: [first, ...[...agents.agents.keys()].filter((name) => name !== first)],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Sessions by agent, of agents without any too. */
function sessionCounts(
  sessions: readonly LiveSession[],
  agents: Iterable<string>,
): ReadonlyMap<string, number> {
  const counts = new Map([...agents].map((name) => [name, 0]));
  for (const { agent } of sessions) counts.set(agent, (counts.get(agent) ?? 0) + 1);
  return counts;
}

function otlpOf({ otlpMetricsUrl }: ServerConfig, log: Logger): OtlpMetricsOptions | null {
  if (otlpMetricsUrl === null) return null;
  return {
    url: otlpMetricsUrl,
    onChange: (error) => {
      // What the collector answers, and its address, may hold a secret.
      if (error) log.warn({ reason: refusalOf(error) }, 'metrics cannot be sent to the collector');
      else log.info('metrics reach the collector');
    },
  };
}

function openQueue(url: string, { clock, log }: { clock: Clock; log: Logger }): ToolQueue {
  return new ToolQueue({
    url,
    clock,
    onConnection: (isThere, reason) => {
      if (isThere) log.info('Redis is there: queued tools run on workers');
      else log.warn({ reason }, 'Redis cannot be reached: queued tools fail until it is back');
    },
  });
}

/** Waits for the work, but not for longer than `ms`. */
async function within(ms: number, clock: Clock, work: Promise<void>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = clock.setTimeout(resolve, ms);
    work.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}

function notReady(): never {
  throw new TypeError('A session was started before the pipelines were open.');
}
