import { AgentFolderError, loadAgents, type LoadedAgent } from '@antiphon/agents';
import { systemClock } from '@antiphon/session';
import {
  AddressGuard,
  openFollowUps,
  sessionOfFollowUp,
  ToolError,
  toolFunctions,
  ToolWorker,
  type AgentTools,
  type OpenFollowUps,
} from '@antiphon/tools';
import { trace } from '@opentelemetry/api';
import { pino, type Logger } from 'pino';
import type { WorkerConfig } from './config.ts';
import { openAnalyses } from './open-analyses.ts';
import { openMetrics } from './open-metrics.ts';
import type { OpenMetrics } from './open-metrics.ts';
import { openTracing } from './open-tracing.ts';
import { WorkerError } from './worker-error.ts';

/** A worker that takes jobs whenever its Redis is there. */
export interface RunningWorker {
  /** The queued tools of each agent. */
  readonly queuedTools: ReadonlyMap<string, readonly string[]>;
  /** A line that says where e-mailed answers go. */
  readonly mails: string;
  /** A line that says who judges finished calls; null where nobody does. */
  readonly analyses: string | null;
  /** Where its metrics are; `null` where none are served. */
  readonly metricsUrl: string | null;
  /** Lets jobs end for a few seconds, hands the rest on, and frees everything. */
  close(): Promise<void>;
}

const MAILS_DIFFER =
  'another server or worker of this Redis sends e-mailed answers elsewhere: none are sent from here';

/** A broken connection makes many errors a second; the first of each kind is told, then every so often. */
const SAME_FAULT_MS = 60_000;

/**
 * Loads the agents and starts to take jobs. Rejects with a WorkerError: `agents_unusable`, which
 * lists every fault, `invalid_config` or `cannot_listen`. A Redis that is not there is no error: it
 * is waited for, and the log says so.
 */
export async function startWorker(
  config: WorkerConfig,
  log: Logger = pino({ level: config.logLevel }, pino.destination(2)),
): Promise<RunningWorker> {
  const agents = await load(config.agentsDir);
  const tracing = openTracing(config.tracing, log);
  const { tracer } = tracing;
  const tools = new Map<string, AgentTools>();
  const queuedTools = new Map<string, string[]>();
  const guard = new AddressGuard({ allowed: config.webhookAllow });
  const { variables } = config;
  for (const [name, { definition, tools: inCode, webhooks }] of agents) {
    const { tools: definitions } = definition.config;
    const functions = toolFunctions(
      { definitions, functions: inCode, webhooks },
      { guard, clock: systemClock, variables, tracer },
    );
    tools.set(name, { definitions, functions });
    const queued = definitions.filter(({ runs, run }) => runs === 'server' && run === 'queued');
    queuedTools.set(
      name,
      queued.map((tool) => tool.name),
    );
  }
  const onFault = faultLog(log);
  let worker: ToolWorker | null = null;
  let analyses: Awaited<ReturnType<typeof openAnalyses>> = null;
  let mails: OpenFollowUps | null = null;
  let metrics: OpenMetrics | null = null;
  const close = async (): Promise<void> => {
    await Promise.all([worker?.close(), analyses?.close()]);
    await mails?.close();
    await metrics?.close();
    await tracing.close();
  };
  try {
    metrics = await openMetrics(config, () => worker?.running ?? 0, log);
    const { counted, url: metricsUrl } = metrics;
    analyses = await openAnalyses(config, { log, onFault });
    mails = await openMails(config, { log, counted });
    worker = new ToolWorker({
      url: config.redisUrl,
      agents: tools,
      followUps: mails.followUps,
      concurrency: config.concurrency,
      ...(tracer && { tracer }),
      onConnection: (isThere, reason) => {
        if (isThere) log.info('Redis is there: taking jobs');
        else log.warn({ reason }, 'Redis cannot be reached; trying again');
      },
      onJobEnded: ({ span, ...report }) => {
        counted?.jobs.ended(report);
        log.info({ ...report, ...spanFields(span) }, 'job ended');
      },
      onFault,
    });
    const summaries = { mails: mails.summary, analyses: analyses?.summary ?? null };
    return { queuedTools, ...summaries, metricsUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Tells faults of queues, each of them once in a while. */
function faultLog(log: Logger): (error: Error) => void {
  const toldAtMs = new Map<string, number>();
  return (err) => {
    const now = systemClock.now();
    if (now - (toldAtMs.get(err.message) ?? 0) < SAME_FAULT_MS) return;
    if (toldAtMs.size > MOST_FAULTS) toldAtMs.clear();
    toldAtMs.set(err.message, now);
    log.warn({ err }, 'queue fault');
  };
}

/** Sends what servers have promised; logs say ids, states and codes, and nothing else of them. */
function openMails(
  { redisUrl, smtpUrl, smtpFrom, smtpCaFile, mailDir, mailDays }: WorkerConfig,
  { log, counted }: { readonly log: Logger; readonly counted: OpenMetrics['counted'] },
): Promise<OpenFollowUps> {
  return openFollowUps({
    redisUrl,
    smtpUrl,
    from: smtpFrom,
    folder: mailDir,
    folderDays: mailDays,
    caFile: smtpCaFile,
    clock: systemClock,
    onChange: ({ id, tool, state, reason }) => {
      counted?.tools.followUp({ tool }, state);
      const isBad = state === 'failed' || state === 'unknown';
      const line = { followUp: id, sessionId: sessionOfFollowUp(id), tool, state, reason };
      log[isBad ? 'warn' : 'info']({ ...line, ...spanFields(activeSpan()) }, 'follow-up');
    },
    onStoreFault: (code) => log.warn({ code }, 'the store of follow-ups was lost'),
    onMailsDiffer: (other) => log.error(other, MAILS_DIFFER),
    onSwept: (count, code) =>
      code === null
        ? log.info({ count, mailDays }, 'old mails deleted')
        : log.warn({ code }, 'old mails could not be deleted'),
  }).catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    throw new WorkerError('invalid_config', error.message, { cause: error });
  });
}

/** The job that this is said for, where jobs are traced. */
function activeSpan(): SpanName | null {
  return trace.getActiveSpan()?.spanContext() ?? null;
}

interface SpanName {
  readonly traceId: string;
  readonly spanId: string;
}

function spanFields(span: SpanName | null): object {
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** Kinds of faults that are remembered. */
const MOST_FAULTS = 100;

async function load(agentsDir: string): Promise<ReadonlyMap<string, LoadedAgent>> {
  try {
    return await loadAgents(agentsDir);
  } catch (cause) {
    if (!(cause instanceof AgentFolderError)) throw cause;
    throw new WorkerError('agents_unusable', cause.message, { cause });
  }
}
