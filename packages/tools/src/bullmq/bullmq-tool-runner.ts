import type {
  Clock,
  TimerHandle,
  ToolCall,
  ToolDefinition,
  ToolOutcome,
  ToolRunner,
} from '@antiphon/session';
import type { Tracer } from '@opentelemetry/api';
import { argumentsReader, type ArgumentsReader } from '../tool-arguments.ts';
import { CANCELLED, failed } from '../tool-function-outcome.ts';
import type { JobEnd } from './job-ends.ts';
import { JobSpans } from './job-spans.ts';
import { jobIdOf, type GivenUp, type ToolJob } from './tool-job.ts';
import type { Adding, ToolQueue } from './tool-queue.ts';
import { traceCarrier } from './trace-carrier.ts';

/** What a runner needs of an agent: the functions are the workers'. */
export interface QueuedTools {
  readonly agent: string;
  readonly definitions: readonly ToolDefinition[];
  /** Makes a span of each job's way into the queue; `null` makes none. */
  readonly tracer?: Tracer | null;
  /** Told how long a call waited for a worker, where that is known. */
  readonly onWaited?: (tool: string, waitedMs: number) => void;
}

/** How long a worker that was told to stop is waited for. */
const LAST_WORD_MS = 1_000;

/** How often a job that got lost is added again, where running it twice does no harm. */
const MOST_ADDITIONS = 3;

interface QueuedTool {
  readonly definition: ToolDefinition;
  readonly readArguments: ArgumentsReader;
}

/**
 * Runs the tools of one agent on workers, as jobs in a queue in Redis. A call that cannot get into
 * the queue fails within about a second; one that is in it is waited for until its `timeoutMs`,
 * also when Redis goes away meanwhile. An `at_most_once` tool of which nobody can say whether it
 * ran ends as `unknown`.
 */
export class BullmqToolRunner implements ToolRunner {
  readonly #queue: ToolQueue;
  readonly #agent: string;
  readonly #onWaited: QueuedTools['onWaited'];
  readonly #spans: JobSpans;
  readonly #tools = new Map<string, QueuedTool>();

  /** Throws `invalid_parameters` when a schema is none. */
  constructor(queue: ToolQueue, { agent, definitions, tracer = null, onWaited }: QueuedTools) {
    this.#queue = queue;
    this.#agent = agent;
    this.#spans = new JobSpans(tracer);
    this.#onWaited = onWaited;
    for (const definition of definitions) {
      if (definition.runs !== 'server') continue;
      const { name, parameters } = definition;
      this.#tools.set(name, { definition, readArguments: argumentsReader(name, parameters) });
    }
  }

  async run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    const tool = this.#tools.get(call.name);
    if (!tool) return failed(`There is no tool named ${call.name}.`);
    const { args, message } = tool.readArguments(call.arguments);
    if (!args) return { kind: 'error', message, isInvalid: true };
    if (signal.aborted) return CANCELLED;
    const { timeoutMs, effect } = tool.definition;
    const { clock } = this.#queue;
    const job: ToolJob = {
      agent: this.#agent,
      tool: call.name,
      sessionId: call.sessionId,
      callId: call.callId,
      arguments: call.arguments,
      effect,
      expiresAtMs: Date.now() + timeoutMs,
      trace: traceCarrier(call.traceparent),
    };
    const patience = new Patience({ clock, ms: timeoutMs, signal });
    try {
      return await this.#outcome(job, patience);
    } finally {
      patience.end();
    }
  }

  async #outcome(job: ToolJob, patience: Patience): Promise<ToolOutcome> {
    const { tool } = job;
    for (let additions = 1; ; additions++) {
      const watched = this.#queue.watch(jobIdOf(job), (ms) => this.#onWaited?.(tool, ms));
      try {
        const adding = await this.#add(job);
        if (adding === 'full') return failed(`${tool} cannot run now: too many calls are waiting.`);
        if (adding === 'unreachable') return failed(unreachable(tool));
        if (adding === 'uncertain') return lost(job);
        watched.added();
        const end = await Promise.race([watched.ended, patience.over]);
        if (typeof end === 'string') return await this.#givenUp(job, end, watched.ended);
        const isLost = end.kind === 'gone' && job.effect !== 'at_most_once';
        if (!isLost || additions === MOST_ADDITIONS) return outcomeOf(job, end);
      } finally {
        watched.stop();
      }
    }
  }

  async #add(job: ToolJob): Promise<Adding> {
    const span = this.#spans.send(jobIdOf(job), job);
    const adding = await this.#queue.add({ ...job, trace: span.trace });
    span.end(adding);
    return adding;
  }

  async #givenUp(job: ToolJob, reason: GivenUp, ended: Promise<JobEnd>): Promise<ToolOutcome> {
    const givingUp = await this.#queue.giveUp(job, reason);
    if (givingUp === 'neverBegun') return { kind: reason };
    const lastWord = new Patience({ clock: this.#queue.clock, ms: LAST_WORD_MS });
    const end = givingUp === 'begun' ? await Promise.race([ended, lastWord.over]) : reason;
    lastWord.end();
    if (typeof end !== 'string') return outcomeOf(job, end);
    return job.effect === 'at_most_once' ? { kind: 'unknown' } : { kind: reason };
  }
}

/** What is known of a call that may or may not have got into the queue. */
function lost(job: ToolJob): ToolOutcome {
  return job.effect === 'at_most_once' ? { kind: 'unknown' } : failed(unreachable(job.tool));
}

function unreachable(tool: string): string {
  return `${tool} cannot run now: its queue cannot be reached.`;
}

function outcomeOf(job: ToolJob, end: JobEnd): ToolOutcome {
  switch (end.kind) {
    case 'failed':
    case 'removed':
    case 'gone': {
      if (job.effect === 'at_most_once') return { kind: 'unknown' };
      return failed(`${job.tool} did not finish: its job ${WITHOUT_OUTCOME[end.kind]}.`);
    }
    default:
      return end;
  }
}

const WITHOUT_OUTCOME = { failed: 'failed', removed: 'was removed', gone: 'got lost' } as const;

/** Ends when its time is over, or at once with `cancelled` when a signal aborts. */
class Patience {
  readonly over: Promise<GivenUp>;
  readonly #clock: Clock;
  readonly #timer: TimerHandle;
  readonly #signal: AbortSignal | undefined;
  #cancel: () => void = () => {};

  constructor(options: { clock: Clock; ms: number; signal?: AbortSignal }) {
    const { clock, ms, signal } = options;
    this.#clock = clock;
    this.#signal = signal;
    let settle: (reason: GivenUp) => void = () => {};
    this.over = new Promise((resolve) => (settle = resolve));
    this.#cancel = () => settle('cancelled');
    this.#timer = clock.setTimeout(() => settle('timeout'), ms);
    signal?.addEventListener('abort', this.#cancel, { once: true });
  }

  /** Frees its timer and listener. */
  end(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#cancel);
  }
}
