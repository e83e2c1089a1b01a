import type {
  AgentDefinition,
  ControlChannel,
  SessionEvent,
  ToolCall,
  ToolRunner,
} from '@antiphon/session';
import { UNKNOWN_MODELS } from '@antiphon/observability';
import type { SessionModels, TracedTurn } from '@antiphon/observability';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { SpanContext, Tracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { ServerConfig } from '../config.ts';
import type { NewSession } from '../session-registry.ts';
import { DeliveryLog } from './delivery-log.ts';
import { TraceExporter } from './otlp/trace-exporter.ts';
import { TraceOutbox } from './otlp/trace-outbox.ts';
import { readableOf } from './readable-span.ts';
import type { SpanOrigin } from './readable-span.ts';
import { TracedToolRunner } from './traced-tool-runner.ts';
import { TracingChannel } from './tracing-channel.ts';
import { spanOf as remoteSpanOf } from './span-of.ts';
import { ToldTogether } from './told-together.ts';
import { TurnAllowance } from './turn-allowance.ts';
import { WholeTurns } from './whole-turns.ts';
import type { SpanTaker } from './whole-turns.ts';
import { WritingTracer } from './writing-tracer.ts';

/** A collector that has not answered by then, tries again included, is given up. */
const EXPORT_MS = 1_500;

/** Closing takes no longer. */
const CLOSING_MS = 2_000;

/** A tool's arguments and results, and what a caller said, are cut off there. */
const MOST_TEXT_CHARS = 4_000;

/** What tracing needs. */
export interface OpenTracingOptions {
  readonly config: Pick<ServerConfig, 'tracing' | 'redisUrl'>;
  /** The tools of an agent that are webhooks. */
  readonly webhooksOf?: (agent: string) => ReadonlySet<string>;
  /** The models of an agent's engine, as far as they are known. */
  readonly modelsOf?: (agent: AgentDefinition) => SessionModels;
  /** A turn was handed to the exporter. */
  readonly onTurn: (sessionId: string, turn: TracedTurn) => void;
  /** There was no room for the trace of a turn. */
  readonly onLeftOut?: (isRemarkable: boolean) => void;
  readonly log: Logger;
  /** In milliseconds, and never back; the process's own unless said. */
  readonly now?: () => number;
  /** In place of OTLP. */
  readonly exporter?: SpanExporter;
}

/** Traces of all sessions of this server. */
export interface Tracing {
  /** For what runs for a tool; `null` where nothing is traced. */
  readonly tracer: Tracer | null;
  /** What listens to a session that begins. */
  listenersOf(
    session: Pick<
      NewSession,
      'sessionId' | 'agent' | 'traceparent' | 'playedPosition' | 'rttMs' | 'codec'
    >,
  ): readonly ControlChannel[];
  /**
   * Of what is said of a session now: its turn, if that is certain to be kept, or else its start or
   * end; null where there is none.
   */
  spanOf(sessionId: string): SpanContext | null;
  /** A runner that tells what it runs which span it runs for. */
  toolsOf(runner: ToolRunner): ToolRunner;
  /** Sends what is there, for two seconds at most; never rejects. */
  close(): Promise<void>;
}

/** Ended sessions whose last span is remembered for the log. */
const MOST_ENDED = 1_000;

/** How callers are connected: there is one way. */
const LEG = 'realtime';

const NO_TOOLS: ReadonlySet<string> = new Set();

const NO_TRACING: Tracing = {
  listenersOf: () => [],
  spanOf: () => null,
  toolsOf: (runner) => runner,
  tracer: null,
  close: () => Promise.resolve(),
};

/** Traces turns where the configuration says where to; else nothing is made. */
export function openTracing(options: OpenTracingOptions): Tracing {
  const { config, onTurn, onLeftOut, log, exporter, now = () => performance.now() } = options;
  const { webhooksOf = () => NO_TOOLS, modelsOf = () => UNKNOWN_MODELS } = options;
  const { tracing, redisUrl } = config;
  if (tracing === null) return NO_TRACING;
  const { url, serviceName, ratio, turnsPerSecond = null, keepsPrivate } = tracing;
  const origin: SpanOrigin = {
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    scope: { name: 'antiphon' },
  };
  const deliveries = new DeliveryLog(log);
  const next = exporter
    ? libraryTaker(exporter, origin)
    : new TraceOutbox({
        exporter: new TraceExporter({ url, timeoutMillis: EXPORT_MS }),
        origin,
        onDelivery: (error) => deliveries.delivered(error),
      });
  const turns = new WholeTurns({
    next,
    ratio,
    allowance: turnsPerSecond === null ? null : new TurnAllowance(turnsPerSecond, now),
    onLeftOut: (rank) => onLeftOut?.(rank !== 'rest'),
  });
  const tracer = new WritingTracer({
    keepsPrivate,
    mostTextChars: MOST_TEXT_CHARS,
    onEnd: (span) => turns.onEnd(span),
  });
  const told = new ToldTogether((err) => log.error({ err }, 'an event could not be traced'));
  const channels = new Map<string, TracingChannel>();
  /** By session, the tools for which another process works that is told to follow. */
  const followed = new Map<string, ReadonlySet<string>>();

  /** Sessions that are over, whose recording may still have something to say. */
  const ended = new Map<string, SpanContext>();
  const remember = (sessionId: string, end: SpanContext | null): void => {
    if (end) ended.set(sessionId, end);
    const [oldest] = ended.keys();
    if (ended.size > MOST_ENDED && oldest !== undefined) ended.delete(oldest);
  };

  const traceparentOf = ({ sessionId, callId, name }: ToolCall): string | null => {
    told.flush();
    const context = channels.get(sessionId)?.toolContext(callId);
    if (!context) return null;
    const { traceId, spanId } = context;
    const isFollowed = followed.get(sessionId)?.has(name) ?? false;
    if (isFollowed) turns.promise(traceId);
    // What is not certain to be kept is only followed where chance keeps it.
    const isKept = isFollowed || turns.isCertain(traceId, false);
    return `00-${traceId}-${spanId}-${isKept ? '01' : '00'}`;
  };

  return {
    tracer,
    listenersOf: ({ sessionId, agent, traceparent, playedPosition = null, codec, rttMs }) => {
      // As they are when an event is told, which may be before it is handled.
      let named = traceparent();
      let format = codec?.() ?? null;
      const tools = redisUrl === null ? NO_TOOLS : queuedToolsOf(agent);
      const followedTools = new Set([...tools, ...webhooksOf(agent.name)]);
      const channel = new TracingChannel({
        tracer,
        sessionId,
        agent: agent.name,
        pipeline: agent.pipeline,
        agentTools: new Set(agent.config.tools.map(({ name }) => name)),
        isQueued: (name) => tools.has(name),
        isFollowed: (name) => followedTools.has(name),
        setup: {
          models: modelsOf(agent),
          playoutSource: playedPosition,
          leg: LEG,
          codec: () => format,
          ...(rttMs && { rttMs }),
        },
        caller: () => remoteSpanOf(named),
        onTurn: (turn) => {
          if (turns.wasKept(turn.traceId)) onTurn(sessionId, turn);
        },
        // A session that is refused never starts, and never ends.
        onStarted: () => {
          channels.set(sessionId, channel);
          followed.set(sessionId, followedTools);
        },
        onEnded: () => {
          channels.delete(sessionId);
          remember(sessionId, channel.session);
          followed.delete(sessionId);
        },
      });
      const notify = (event: SessionEvent): void => {
        const namedNow = traceparent();
        const formatNow = codec?.() ?? null;
        if (namedNow !== named || formatNow !== format) told.flush();
        named = namedNow;
        format = formatNow;
        told.tell(channel, event);
        // What follows from these is asked for right then.
        if (event.type === 'session.started' || event.type === 'session.ended') told.flush();
      };
      return [{ attach: () => {}, notify }];
    },
    spanOf: (sessionId) => {
      told.flush();
      const channel = channels.get(sessionId);
      if (!channel) return ended.get(sessionId) ?? null;
      const { current, session } = channel;
      const isKept = current && turns.isCertain(current.traceId, current.isNotable);
      return isKept ? current : session;
    },
    toolsOf: (runner) => new TracedToolRunner(runner, traceparentOf),
    close: () => {
      told.flush();
      return within(CLOSING_MS, turns.shutdown());
    },
  };
}

function libraryTaker(exporter: SpanExporter, origin: SpanOrigin): SpanTaker {
  const processor = new BatchSpanProcessor({ exporter });
  return {
    onEnd: (span) => processor.onEnd(readableOf(span, origin)),
    shutdown: () => processor.shutdown(),
  };
}

function queuedToolsOf({ config: { tools } }: AgentDefinition): Set<string> {
  const queued = tools.filter(({ runs, run }) => runs === 'server' && run === 'queued');
  return new Set(queued.map(({ name }) => name));
}

/** Resolves when the work is over, however it ended, or the time is. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => {}), over]);
  clearTimeout(timer);
}
