import type { Clock, TimerHandle, ToolOutcome } from '@antiphon/session';
import { QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobKey } from './job-claims.ts';
import { isOutcome } from './outcome-record.ts';
import { TOOL_QUEUE } from './tool-job.ts';

/** How a job ended: with an outcome, by a fault of its worker, or taken away by somebody. */
export type JobEnd =
  | ToolOutcome
  | { readonly kind: 'failed' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'gone' };

/** A job whose end is awaited. */
export interface WatchedJob {
  readonly ended: Promise<JobEnd>;
  /** From now on the job is in the queue, or was: one that is not there is `gone`. */
  added(): void;
  /** Forgets it. */
  stop(): void;
}

interface Watch {
  isAdded: boolean;
  /** By the clock of Redis; `null` before it waits, and once it has begun. */
  waitingAtMs: number | null;
  readonly begun: (waitedMs: number) => void;
  readonly end: (end: JobEnd) => void;
}

/** An event may be missed while Redis is away; so every job that is awaited is also asked about. */
const ASK_EVERY_MS = 1_000;

/**
 * Tells how jobs end to those who wait for them: one reader of the queue's events for the whole
 * process, and a question about all awaited jobs every second and whenever Redis is back.
 */
export class JobEnds {
  readonly #events: QueueEvents;
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #watches = new Map<string, Watch>();
  readonly #ask = (): void => void this.#askAll();
  #timer: TimerHandle | null = null;
  #isAsking = false;

  /** `redis` fails fast; the events are read over a duplicate of `template`. */
  constructor(redis: Redis, { template, clock }: { template: Redis; clock: Clock }) {
    this.#redis = redis;
    this.#clock = clock;
    this.#events = new QueueEvents(TOOL_QUEUE.name, {
      prefix: TOOL_QUEUE.prefix,
      connection: template,
    });
    // What the connection suffers is seen, and told, by the one that fails fast.
    this.#events.on('error', () => {});
    this.#events.on('waiting', ({ jobId }, eventId) => {
      const watch = this.#watches.get(jobId);
      if (watch) watch.waitingAtMs = instantOf(eventId);
    });
    this.#events.on('active', ({ jobId }, eventId) => {
      const watch = this.#watches.get(jobId);
      if (!watch || watch.waitingAtMs === null) return;
      watch.begun(instantOf(eventId) - watch.waitingAtMs);
      watch.waitingAtMs = null;
    });
    this.#events.on('completed', ({ jobId, returnvalue }) =>
      this.#watches.get(jobId)?.end(endOf(returnvalue)),
    );
    this.#events.on('failed', ({ jobId }) => this.#watches.get(jobId)?.end({ kind: 'failed' }));
    this.#events.on('removed', ({ jobId }) => this.#watches.get(jobId)?.end({ kind: 'removed' }));
    redis.on('ready', this.#ask);
    // What ended before the events were listened to.
    this.#events.waitUntilReady().then(this.#ask, () => {});
  }

  /**
   * Watches a job from before it is added. `begun` is told how long it waited for a worker, each
   * time that one takes it and the events were heard.
   */
  watch(jobId: string, begun: (waitedMs: number) => void = () => {}): WatchedJob {
    const { promise: ended, resolve: end } = withResolvers<JobEnd>();
    const watch: Watch = { isAdded: false, waitingAtMs: null, begun, end };
    this.#watches.set(jobId, watch);
    this.#timer ??= this.#clock.setTimeout(this.#ask, ASK_EVERY_MS);
    return {
      ended,
      added: () => (watch.isAdded = true),
      stop: () => {
        if (this.#watches.get(jobId) === watch) this.#watches.delete(jobId);
        if (this.#watches.size === 0) this.#rest();
      },
    };
  }

  /** Frees everything but the connections, which are their owner's. */
  async close(): Promise<void> {
    this.#redis.off('ready', this.#ask);
    this.#rest();
    await this.#events.close();
  }

  #rest(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #askAll(): Promise<void> {
    this.#rest();
    if (!this.#isAsking && this.#redis.status === 'ready') {
      this.#isAsking = true;
      await this.#askAbout([...this.#watches].filter(([, { isAdded }]) => isAdded)).catch(() => {});
      this.#isAsking = false;
    }
    if (this.#watches.size > 0) this.#timer ??= this.#clock.setTimeout(this.#ask, ASK_EVERY_MS);
  }

  async #askAbout(watches: readonly (readonly [string, Watch])[]): Promise<void> {
    if (watches.length === 0) return;
    const question = this.#redis.pipeline();
    const fields = ['timestamp', 'finishedOn', 'returnvalue'] as const;
    for (const [jobId] of watches) question.hmget(jobKey(jobId), ...fields);
    const answers = (await question.exec()) ?? [];
    for (const [index, [error, answer]] of answers.entries()) {
      if (error) continue;
      const [addedAt, finishedOn, returnValue] = answer as readonly (string | null)[];
      const { end } = watches[index]![1];
      if (addedAt === null) end({ kind: 'gone' });
      else if (finishedOn !== null) end(returnValue ? endOf(JSON.parse(returnValue)) : FAILED);
    }
  }
}

const FAILED: JobEnd = { kind: 'failed' };

/** An event's id begins with when Redis wrote it, in milliseconds. */
function instantOf(eventId: string): number {
  return Number.parseInt(eventId, 10);
}

function endOf(value: unknown): JobEnd {
  return isOutcome(value) ? value : FAILED;
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((take) => (resolve = take));
  return { promise, resolve };
}
