import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { within } from './within.ts';
import { ANALYSIS_QUEUE, jobEndSchema, KEPT_JOBS } from './analysis-job.ts';
import type { AnalysisJob, AnalysisOutcome } from './analysis-job.ts';

/** Calls that wait for Redis; more that end meanwhile are not analyzed. */
const MOST_ADDING = 1_000;

/** Calls that wait for a worker, of all servers; more are not analyzed. */
const MOST_WAITING = 10_000;

/** Calls whose end is told; of the oldest beyond it nothing is. */
const MOST_AWAITED = 10_000;

/** A limit of requests is that of a minute mostly. */
const RETRY_MS = 30_000;
const MOST_ATTEMPTS = 5;

/** How long calls that ended last may take to get into the queue when it is closed. */
const CLOSING_MS = 2_000;

/** How long BullMQ may take to close what is disconnected. */
const LETTING_GO_MS = 300;

/** What became of a call. */
export interface AnalysisEnd {
  readonly sessionId: string;
  readonly outcome: AnalysisOutcome;
  /** What asking took; null where nobody asked, or nobody knows. */
  readonly durationMs: number | null;
}

/** How a server puts calls into the queue. */
export interface AnalysisQueueOptions {
  /**
   * Comes back by itself, has what is asked meanwhile wait, and takes its duplicates with it; it is
   * disconnected when the queue is closed.
   */
  readonly redis: Redis;
  /** Told once of each call that was added; not of those that ended while Redis was away. */
  readonly onEnded?: (end: AnalysisEnd) => void;
  /** Told of faults of the connection, again and again while it lasts. */
  readonly onFault?: (error: Error) => void;
  /** Before the second attempt, and twice as long before each one after it; 30 s unless given. */
  readonly retryMs?: number;
}

/** Finished calls on their way to a worker that has them judged. */
export class AnalysisQueue {
  readonly #options: AnalysisQueueOptions;
  readonly #queue: Queue<AnalysisJob>;
  readonly #events: QueueEvents;
  readonly #adding = new Set<Promise<void>>();
  /** Those whose end is not known, by session. */
  readonly #awaited = new Set<string>();
  #isClosed = false;

  constructor(options: AnalysisQueueOptions) {
    this.#options = options;
    const { redis, retryMs = RETRY_MS } = options;
    const { name, prefix } = ANALYSIS_QUEUE;
    this.#queue = new Queue<AnalysisJob>(name, {
      prefix,
      connection: redis,
      skipVersionCheck: true,
      defaultJobOptions: {
        attempts: MOST_ATTEMPTS,
        backoff: { type: 'exponential', delay: retryMs },
        removeOnComplete: KEPT_JOBS,
        removeOnFail: KEPT_JOBS,
      },
    });
    this.#events = new QueueEvents(name, { prefix, connection: redis });
    const fault = (error: Error): void => {
      if (!this.#isClosed) options.onFault?.(error);
    };
    this.#queue.on('error', fault);
    this.#events.on('error', fault);
    this.#events.on('completed', ({ jobId, returnvalue }) => this.#completed(jobId, returnvalue));
    this.#events.on('failed', ({ jobId }) => this.#end(jobId, 'died'));
    this.#events.on('removed', ({ jobId }) => this.#awaited.delete(jobId));
  }

  /**
   * Has a call judged whose recording is complete. Returns at once; adding one again that is in the
   * queue, or was within a day, changes nothing.
   */
  add(sessionId: string): void {
    if (this.#isClosed || this.#adding.size >= MOST_ADDING) {
      this.#options.onEnded?.({ sessionId, outcome: 'dropped', durationMs: null });
      return;
    }
    this.#await(sessionId);
    const adding = this.#add(sessionId).catch(() => this.#end(sessionId, 'dropped'));
    this.#adding.add(adding);
    void adding.finally(() => this.#adding.delete(adding));
  }

  /** Waits two seconds at most for what is on its way; tells how many calls were left behind. */
  async close(): Promise<number> {
    if (this.#isClosed) return 0;
    this.#isClosed = true;
    await within(CLOSING_MS, Promise.all(this.#adding));
    const left = this.#adding.size;
    const closing = Promise.allSettled([this.#events.close(), this.#queue.close()]);
    this.#options.redis.disconnect();
    // Without a connection BullMQ may wait for one; nothing of it is left but the promise.
    await within(LETTING_GO_MS, closing);
    return left;
  }

  async #add(sessionId: string): Promise<void> {
    if ((await this.#queue.getWaitingCount()) >= MOST_WAITING) {
      this.#end(sessionId, 'dropped');
      return;
    }
    await this.#queue.add('analyze', { sessionId }, { jobId: sessionId });
  }

  #await(sessionId: string): void {
    this.#awaited.add(sessionId);
    if (this.#awaited.size <= MOST_AWAITED) return;
    const [oldest] = this.#awaited;
    if (oldest !== undefined) this.#awaited.delete(oldest);
  }

  #completed(sessionId: string, returned: unknown): void {
    const end = jobEndSchema.safeParse(typeof returned === 'string' ? jsonOf(returned) : returned);
    if (end.success) this.#end(sessionId, end.data.outcome, end.data.durationMs);
    else this.#awaited.delete(sessionId);
  }

  #end(sessionId: string, outcome: AnalysisOutcome, durationMs: number | null = null): void {
    // Other servers have theirs in the same queue.
    if (this.#awaited.delete(sessionId))
      this.#options.onEnded?.({ sessionId, outcome, durationMs });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
