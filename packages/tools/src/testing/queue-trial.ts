import type {
  FollowUps,
  ToolDefinition,
  ToolFunction,
  ToolOutcome,
  ToolRunner,
} from '@antiphon/session';
import { PLAIN_TOOL } from '@antiphon/session';
import { BullmqToolRunner, type QueuedTools } from '../bullmq/bullmq-tool-runner.ts';
import { ToolQueue, type ToolQueueOptions } from '../bullmq/tool-queue.ts';
import { ToolWorker, type ToolWorkerOptions } from '../bullmq/tool-worker.ts';

/** A tool of a trial; effect `none` and ten seconds unless it says otherwise. */
export interface TrialTool extends Partial<Omit<ToolDefinition, 'run'>> {
  readonly name: string;
  readonly run: ToolFunction;
}

/** How a trial differs from the usual one. */
export type QueueTrialOptions = Partial<ToolQueueOptions> & Pick<QueuedTools, 'onWaited'>;

/** How a call differs from one that nobody gives up. */
export interface CallOptions {
  readonly signal?: Parameters<ToolRunner['run']>[1];
  /** The span it runs for. */
  readonly traceparent?: string;
}

const AGENT = 'trial';

/** Calls of queued tools from one process, and workers that are started when a test wants them. */
export class QueueTrial {
  readonly queue: ToolQueue;
  /** Resolves when Redis is there. */
  readonly connected: Promise<void>;
  readonly #url: string;
  readonly #tools: readonly TrialTool[];
  readonly #runner: BullmqToolRunner;
  readonly #workers: ToolWorker[] = [];
  #calls = 0;

  constructor(
    url: string,
    tools: readonly TrialTool[],
    { onWaited, ...options }: QueueTrialOptions = {},
  ) {
    this.#url = url;
    this.#tools = tools;
    let connect: () => void = () => {};
    this.connected = new Promise((resolve) => (connect = resolve));
    this.queue = new ToolQueue({
      url,
      ...options,
      onConnection: (isThere, reason) => {
        if (isThere) connect();
        options.onConnection?.(isThere, reason);
      },
    });
    this.#runner = new BullmqToolRunner(this.queue, {
      agent: AGENT,
      definitions: this.#definitions,
      ...(onWaited && { onWaited }),
    });
  }

  get #definitions(): ToolDefinition[] {
    return this.#tools.map((tool) => ({
      ...PLAIN_TOOL,
      runs: 'server',
      effect: 'none',
      timeoutMs: 10_000,
      description: tool.name,
      parameters: { type: 'object' },
      ...tool,
      run: 'queued',
    }));
  }

  /** Starts a worker that has the tools. */
  work(options: Partial<ToolWorkerOptions> = {}): ToolWorker {
    const functions = new Map(this.#tools.map(({ name, run }) => [name, run]));
    const tools = { definitions: this.#definitions, functions };
    const agents = new Map([[AGENT, tools]]);
    const worker = new ToolWorker({ url: this.#url, agents, followUps: null, ...options });
    this.#workers.push(worker);
    return worker;
  }

  /** Calls a tool as the next call of a session `s`. */
  call(
    tool: string,
    { signal = new AbortController().signal, traceparent }: CallOptions = {},
  ): Promise<ToolOutcome> {
    this.#calls += 1;
    const call = {
      sessionId: 's',
      callId: `call:${this.#calls}`,
      name: tool,
      arguments: '{}',
      ...(traceparent !== undefined && { traceparent }),
    };
    return this.#runner.run(call, signal);
  }

  /** Closes the workers, and then the queue. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.queue.close();
  }
}

/** Follow-ups that only note which calls settled and how. */
export class SettlementList implements FollowUps {
  readonly settled: [id: string, kind: ToolOutcome['kind']][] = [];

  promise(): Promise<boolean> {
    return Promise.resolve(false);
  }

  settle(id: string, outcome: ToolOutcome): Promise<void> {
    this.settled.push([id, outcome.kind]);
    return Promise.resolve();
  }

  state(): Promise<null> {
    return Promise.resolve(null);
  }
}
