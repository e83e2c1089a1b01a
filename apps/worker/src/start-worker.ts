import { AgentFolderError, loadAgents, type LoadedAgent } from '@antiphon/agents';
import { systemClock } from '@antiphon/session';
import { ToolWorker, type AgentTools } from '@antiphon/tools';
import { pino, type Logger } from 'pino';
import type { WorkerConfig } from './config.ts';
import { WorkerError } from './worker-error.ts';

/** A worker that takes jobs whenever its Redis is there. */
export interface RunningWorker {
  /** The queued tools of each agent. */
  readonly queuedTools: ReadonlyMap<string, readonly string[]>;
  /** Lets jobs end for a few seconds, hands the rest on, and frees everything. */
  close(): Promise<void>;
}

/** A broken connection makes many errors a second; the first of each kind is told, then every so often. */
const SAME_FAULT_MS = 60_000;

/**
 * Loads the agents and starts to take jobs. Rejects with a WorkerError, `agents_unusable`, that
 * lists every fault. A Redis that is not there is no error: it is waited for, and the log says so.
 */
export async function startWorker(
  config: WorkerConfig,
  log: Logger = pino({ level: config.logLevel }, pino.destination(2)),
): Promise<RunningWorker> {
  const agents = await load(config.agentsDir);
  const tools = new Map<string, AgentTools>();
  const queuedTools = new Map<string, string[]>();
  for (const [name, { definition, tools: functions }] of agents) {
    const { tools: definitions } = definition.config;
    tools.set(name, { definitions, functions });
    const queued = definitions.filter(({ runs, run }) => runs === 'server' && run === 'queued');
    queuedTools.set(
      name,
      queued.map((tool) => tool.name),
    );
  }
  const toldAtMs = new Map<string, number>();
  const worker = new ToolWorker({
    url: config.redisUrl,
    agents: tools,
    followUps: null,
    concurrency: config.concurrency,
    onConnection: (isThere, reason) => {
      if (isThere) log.info('Redis is there: taking jobs');
      else log.warn({ reason }, 'Redis cannot be reached; trying again');
    },
    onJobEnded: (report) => log.info(report, 'job ended'),
    onFault: (err) => {
      const now = systemClock.now();
      if (now - (toldAtMs.get(err.message) ?? 0) < SAME_FAULT_MS) return;
      if (toldAtMs.size > MOST_FAULTS) toldAtMs.clear();
      toldAtMs.set(err.message, now);
      log.warn({ err }, 'queue fault');
    },
  });
  return { queuedTools, close: () => worker.close() };
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
