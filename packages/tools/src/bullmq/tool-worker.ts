import { randomUUID } from 'node:crypto';
import {
  systemClock,
  type Clock,
  type FollowUps,
  type ToolOutcome,
  type TimerHandle,
} from '@antiphon/session';
import { trace } from '@opentelemetry/api';
import type { Context, Tracer } from '@opentelemetry/api';
import { Queue, WaitingError, Worker, type Job } from 'bullmq';
import type { AgentTools } from '../agent-tools.ts';
import { argumentsReader } from '../tool-arguments.ts';
import { ToolError } from '../tool-error.ts';
import { failed } from '../tool-function-outcome.ts';
import { hearGivenUp } from './hear-given-up.ts';
import { JobClaims } from './job-claims.ts';
import { LastingRedis, redisAddress } from './redis-address.ts';
import { MOST_EVENTS, TOOL_QUEUE, type ToolJob } from './tool-job.ts';
import { ToolRun, type WorkerTool } from './tool-run.ts';
import { JobSpans } from './job-spans.ts';
import { traceparentOf, within } from './trace-carrier.ts';

/** A job that ended on a worker, without what was asked and answered. */
export interface JobReport {
  readonly jobId: string;
  readonly agent: string;
  readonly tool: string;
  readonly outcome: ToolOutcome['kind'];
  /** From the call until the worker took it. */
  readonly waitedMs: number;
  readonly ranMs: number;
  readonly sessionId: string;
  /** The span of the job, where it is traced. */
  readonly span: { readonly traceId: string; readonly spanId: string } | null;
}

/** What a worker works with. */
export interface ToolWorkerOptions {
  /** `redis://`, `rediss://` or `unix://`. */
  readonly url: string;
  /** The tools by agent. */
  readonly agents: ReadonlyMap<string, AgentTools>;
  /** Told how each call ended, before anybody else is; `null` where no e-mail is ever promised. */
  readonly followUps: FollowUps | null;
  /** Jobs at once; 50 unless given. */
  readonly concurrency?: number;
  /** How long jobs may go on after `close`; 5 s unless given. */
  readonly closingMs?: number;
  readonly clock?: Clock;
  /** Makes a span of each job that it runs; without it there are none. */
  readonly tracer?: Tracer;
  readonly onJobEnded?: (report: JobReport) => void;
  /** Told when Redis is lost, with the reason, and when it is back. */
  readonly onConnection?: (isThere: boolean, reason: string) => void;
  readonly onFault?: (error: Error) => void;
}

/** Tools mostly wait for other machines. */
const DEFAULT_CONCURRENCY = 50;

const DEFAULT_CLOSING_MS = 5_000;

/**
 * A lock that is not renewed for two seconds, looked for every second: the job of a worker that was
 * killed starts again 2 to 4 s later. A tool that holds up the event loop for so long loses its lock,
 * too; taken again by the same worker, the job joins the run that goes on.
 */
const LOCK_MS = 2_000;
const STALLED_INTERVAL_MS = 1_000;

/** A job whose workers died so often is what kills them. */
const MOST_RESTARTS = 3;

/** Between attempts of BullMQ to reach a Redis that refuses connections. */
const RETRY_MS = 200;

/** Runs that ended while Redis was away keep their outcome for when their job is taken again. */
const MOST_KEPT_RUNS = 1_000;

interface KeptRun {
  readonly run: ToolRun;
  readonly outcome: Promise<ToolOutcome | 'closing'>;
  isOver: boolean;
}

/** Runs the queued tools of all agents. It says nothing to callers: the servers wait for its jobs. */
export class ToolWorker {
  readonly #options: ToolWorkerOptions;
  readonly #clock: Clock;
  readonly #tools = new Map<string, WorkerTool>();
  readonly #redis: LastingRedis;
  readonly #claims: JobClaims;
  readonly #spans: JobSpans;
  readonly #worker: Worker<ToolJob, ToolOutcome>;
  readonly #meta: Queue;
  /** By job: those that run, and those that ended and are not yet known to have been written. */
  readonly #runs = new Map<string, KeptRun>();
  #closing: Promise<void> | null = null;

  /**
   * Starts taking jobs as soon as Redis is there. Throws a {@link ToolError} when a tool has no
   * function, a schema is none, or the URL cannot be read.
   */
  constructor(options: ToolWorkerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    for (const [agent, tools] of options.agents) this.#take(agent, tools);
    this.#spans = new JobSpans(options.tracer ?? null);
    const address = redisAddress(options.url);
    this.#redis = new LastingRedis(address, { maxRetriesPerRequest: null });
    this.#tellConnection();
    this.#claims = new JobClaims(this.#redis);
    const subscriber = this.#redis.duplicate({ autoResubscribe: false });
    hearGivenUp(subscriber, {
      claims: this.#claims,
      running: () => this.#runs.keys(),
      onGivenUp: (jobId, reason) => this.#runs.get(jobId)?.run.stop(reason),
    });
    const { name, prefix } = TOOL_QUEUE;
    // Writes the bound of the queue's events as soon as Redis is there.
    this.#meta = new Queue(name, {
      prefix,
      connection: this.#redis,
      streams: { events: { maxLen: MOST_EVENTS } },
    });
    this.#worker = new Worker<ToolJob, ToolOutcome>(
      name,
      (job, token) => this.#process(job, token),
      {
        prefix,
        connection: this.#redis,
        concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_INTERVAL_MS,
        // What may run again is decided by who has claimed it, see #outcome.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        runRetryDelay: RETRY_MS,
      },
    );
    const fault = (error: Error): void => options.onFault?.(error);
    this.#meta.on('error', fault);
    this.#worker.on('error', fault);
    this.#worker.on('completed', ({ id }) => this.#runs.delete(id ?? ''));
  }

  /** Jobs that run now. */
  get running(): number {
    return [...this.#runs.values()].filter(({ isOver }) => !isOver).length;
  }

  /**
   * Takes no more jobs, lets those that run go on for `closingMs`, and stops the rest: a job that
   * may run twice goes back into the queue, any other ends as `unknown`.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#worker.pause(true);
    const running = [...this.#runs.values()].map(({ outcome }) => outcome);
    await this.#within(this.#options.closingMs ?? DEFAULT_CLOSING_MS, Promise.allSettled(running));
    for (const { run } of this.#runs.values()) run.stop('closing');
    // Without a Redis there is nothing to wait for: other workers find the locks expired.
    const closed = this.#worker.close(this.#redis.status !== 'ready');
    await this.#within(LOCK_MS, closed);
    this.#redis.disconnect();
    await this.#within(LOCK_MS, Promise.allSettled([closed, this.#meta.close()]));
    this.#runs.clear();
  }

  #take(agent: string, { definitions, functions }: AgentTools): void {
    for (const { name, parameters, runs } of definitions) {
      if (runs !== 'server') continue;
      const run = functions.get(name);
      if (!run) {
        const message = `the tool ${name} of ${agent} has no function; give it one`;
        throw new ToolError('missing_function', message);
      }
      const readArguments = argumentsReader(name, parameters);
      this.#tools.set(toolKey(agent, name), { readArguments, run });
    }
  }

  #tellConnection(): void {
    let wasThere: boolean | null = null;
    const tell = (isThere: boolean, reason: string): void => {
      if (this.#closing || isThere === wasThere) return;
      wasThere = isThere;
      this.#options.onConnection?.(isThere, reason);
    };
    this.#redis.on('ready', () => tell(true, ''));
    this.#redis.on('error', (error) => tell(false, error.message));
    this.#redis.on('close', () => tell(false, 'the connection was lost'));
  }

  async #process(job: Job<ToolJob, ToolOutcome>, token: string | undefined): Promise<ToolOutcome> {
    const jobId = job.id ?? '';
    const kept = this.#runs.get(jobId) ?? (this.#closing ? null : this.#begin(job, jobId));
    const outcome = kept ? await kept.outcome : 'closing';
    if (outcome !== 'closing') return outcome;
    this.#runs.delete(jobId);
    await job.moveToWait(token);
    throw new WaitingError();
  }

  #begin(job: Job<ToolJob, ToolOutcome>, jobId: string): KeptRun {
    const run = new ToolRun();
    const span = this.#spans.begin(jobId, job.data);
    const where = span.context;
    const outcome = within(where, () => this.#run(job, { jobId, run, where }));
    outcome.then(
      (value) => span.end(value === 'closing' ? 'closing' : value.kind),
      () => span.end('failed'),
    );
    const kept: KeptRun = { run, outcome, isOver: false };
    const over = (): void => void (kept.isOver = true);
    outcome.then(over, () => this.#runs.delete(jobId));
    if (this.#runs.size >= MOST_KEPT_RUNS) {
      const [oldest] = [...this.#runs].find(([, { isOver }]) => isOver) ?? [];
      if (oldest !== undefined) this.#runs.delete(oldest);
    }
    this.#runs.set(jobId, kept);
    return kept;
  }

  async #run(
    job: Job<ToolJob, ToolOutcome>,
    { jobId, run, where }: { jobId: string; run: ToolRun; where: Context },
  ): Promise<ToolOutcome | 'closing'> {
    const { agent, tool, sessionId, callId, effect } = job.data;
    const takenAtMs = this.#clock.now();
    let outcome = await this.#outcome(job, { jobId, run, where });
    if (outcome === 'closing' && effect === 'at_most_once') outcome = { kind: 'unknown' };
    if (outcome === 'closing') return outcome;
    await this.#options.followUps?.settle(`${sessionId}.${callId}`, outcome);
    this.#options.onJobEnded?.({
      jobId,
      agent,
      tool,
      outcome: outcome.kind,
      waitedMs: Math.max(0, (job.processedOn ?? job.timestamp) - job.timestamp),
      ranMs: this.#clock.now() - takenAtMs,
      sessionId,
      span: trace.getSpanContext(where) ?? null,
    });
    return outcome;
  }

  async #outcome(
    job: Job<ToolJob, ToolOutcome>,
    { jobId, run, where }: { jobId: string; run: ToolRun; where: Context },
  ): Promise<ToolOutcome | 'closing'> {
    const { agent, tool: name, effect } = job.data;
    const { begins, givenUp } = await this.#claims.claim(jobId, randomUUID());
    if (begins === 'again' && effect === 'at_most_once') return { kind: 'unknown' };
    if (givenUp !== null) return { kind: givenUp };
    if (begins === 'gone') return failed(`${name} did not run: its job is gone.`);
    if (job.stalledCounter > MOST_RESTARTS) {
      return failed(`${name} did not finish: its worker died ${job.stalledCounter} times.`);
    }
    const tool = this.#tools.get(toolKey(agent, name));
    if (!tool) return failed(`No worker has the tool ${name} of the agent ${agent}.`);
    const span = this.#spans.tool(job.data, where);
    const { context } = span;
    const outcome = await within(context, () =>
      run.outcome(tool, {
        job: job.data,
        clock: this.#clock,
        traceparent: traceparentOf(context),
      }),
    );
    span.end(outcome === 'closing' ? outcome : outcome.kind);
    return outcome;
  }

  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    let timer: TimerHandle | null = null;
    const over = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, ms);
    });
    await Promise.race([work, over]);
    if (timer !== null) this.#clock.clearTimeout(timer);
  }
}

function toolKey(agent: string, tool: string): string {
  return `${agent} ${tool}`;
}
