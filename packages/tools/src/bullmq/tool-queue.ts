import { systemClock, type Clock, type TimerHandle } from '@antiphon/session';
import { Queue } from 'bullmq';
import { JobClaims, type GivingUp } from './job-claims.ts';
import { JobEnds, type WatchedJob } from './job-ends.ts';
import { LastingRedis, redisAddress } from './redis-address.ts';
import { jobIdOf, KEPT_JOBS, TOOL_QUEUE, type GivenUp, type ToolJob } from './tool-job.ts';

/** How a process puts jobs into the queue. */
export interface ToolQueueOptions {
  /** `redis://`, `rediss://` or `unix://`. */
  readonly url: string;
  /** Jobs that wait for a worker, of all servers; a call that finds so many is refused. 1000 unless given. */
  readonly mostWaiting?: number;
  readonly clock?: Clock;
  /** Told when Redis is lost, with the reason, and when it is back. */
  readonly onConnection?: (isThere: boolean, reason: string) => void;
}

/**
 * What became of a job that was to be added: it is in the queue; it never will be, because that is
 * full or cannot be reached; or nobody can say, and it is given up as soon as somebody can.
 */
export type Adding = 'added' | 'full' | 'unreachable' | 'uncertain';

/** More calls than that are not answered while they can still be of use to a caller. */
const DEFAULT_MOST_WAITING = 1_000;

/** A Redis that lives answers within a few milliseconds; a caller hears of one that does not. */
const COMMAND_MS = 300;

/** How long adding is tried, over a Redis that is just coming back. */
const ADD_MS = 600;

/** Between two attempts over a connection that is there. */
const PAUSE_MS = 25;

const NEVER = new Promise<never>(() => {});

/** Asked nothing for so long, a connection is made anew: the other machine may be gone without a word. */
const SILENCE_MS = 2_000;

/** Calls whose giving up waits for Redis; beyond it the oldest are left to expire by themselves. */
const MOST_UNDELIVERED = 1_000;

/** The queue of tools as one process of servers sees it, shared by all its agents. */
export class ToolQueue {
  readonly #clock: Clock;
  readonly #mostWaiting: number;
  readonly #redis: LastingRedis;
  readonly #template: LastingRedis;
  readonly #queue: Queue<ToolJob>;
  readonly #claims: JobClaims;
  readonly #ends: JobEnds;
  /** By job; those that Redis has not heard of yet. */
  readonly #undelivered = new Map<string, { reason: GivenUp; expiresAtMs: number }>();
  /** Those being added, by their order. */
  readonly #adding = new Set<number>();
  #additions = 0;
  /** Unknown at first. */
  #isThere: boolean | null = null;
  #isClosed = false;

  /** Connects in the background; throws `invalid_redis_url`. */
  constructor({ url, mostWaiting, clock = systemClock, onConnection }: ToolQueueOptions) {
    const address = redisAddress(url);
    this.#clock = clock;
    this.#mostWaiting = mostWaiting ?? DEFAULT_MOST_WAITING;
    this.#redis = new LastingRedis(address, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: COMMAND_MS,
      socketTimeout: SILENCE_MS,
    });
    const tell = (isThere: boolean, reason: string): void => {
      if (this.#isClosed || isThere === this.#isThere) return;
      this.#isThere = isThere;
      onConnection?.(isThere, reason);
    };
    this.#redis.on('ready', () => {
      tell(true, '');
      void this.#deliver();
    });
    this.#redis.on('error', (error) => tell(false, error.message));
    this.#redis.on('close', () => tell(false, 'the connection was lost'));
    // Never connects itself: its duplicate does.
    this.#template = new LastingRedis(address, { lazyConnect: true, maxRetriesPerRequest: null });
    this.#queue = new Queue<ToolJob>(TOOL_QUEUE.name, {
      prefix: TOOL_QUEUE.prefix,
      connection: this.#redis,
      skipVersionCheck: true,
      skipWaitingForReady: true,
      skipMetasUpdate: true,
      defaultJobOptions: { removeOnComplete: KEPT_JOBS, removeOnFail: KEPT_JOBS },
    });
    this.#queue.on('error', () => {});
    this.#claims = new JobClaims(this.#redis);
    this.#ends = new JobEnds(this.#redis, { template: this.#template, clock });
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** How many calls were given up of which Redis has not heard yet. */
  get undelivered(): number {
    return this.#undelivered.size;
  }

  /**
   * Watches for the end of a job from before it is added; `begun` is told how long it waited for a
   * worker.
   */
  watch(jobId: string, begun?: (waitedMs: number) => void): WatchedJob {
    return this.#ends.watch(jobId, begun);
  }

  /** Adds a job, within a second. Adding one again that is there, or was lately, changes nothing. */
  async add(job: ToolJob): Promise<Adding> {
    const turn = this.#additions++;
    this.#adding.add(turn);
    const untilMs = this.#clock.now() + ADD_MS;
    let mayBeThere = false;
    try {
      for (;;) {
        if (this.#redis.status === 'ready') {
          const adding = await this.#tryToAdd(job, mayBeThere ? null : turn);
          if (adding === 'uncertain') mayBeThere = true;
          else if (adding !== null) return adding;
        }
        const leftMs = untilMs - this.#clock.now();
        if (leftMs <= 0) return mayBeThere ? await this.#settleAdding(job) : 'unreachable';
        await (this.#redis.status === 'ready'
          ? this.#within(PAUSE_MS, NEVER)
          : this.#readyWithin(leftMs));
      }
    } finally {
      this.#adding.delete(turn);
    }
  }

  /**
   * Gives a call up, now or, when Redis cannot be reached, as soon as it can be, until the call
   * expires; then the answer is `null`.
   */
  async giveUp(job: ToolJob, reason: GivenUp): Promise<GivingUp | null> {
    const jobId = jobIdOf(job);
    try {
      const givingUp = await this.#claims.giveUp(jobId, reason);
      // Nobody would run it: it only takes a place in the queue.
      if (givingUp === 'neverBegun') this.#queue.remove(jobId).catch(() => {});
      return givingUp;
    } catch {
      this.#remember(job, reason);
      return null;
    }
  }

  /** Frees everything; calls that are awaited end by their own timers. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#undelivered.clear();
    const closing = Promise.allSettled([this.#ends.close(), this.#queue.close()]);
    this.#template.disconnect();
    this.#redis.disconnect();
    // Without a connection BullMQ may wait for one; nothing of it is left but the promise.
    await this.#within(COMMAND_MS, closing);
  }

  /** `null` when nothing was sent. Without a turn it is in the queue already, if only perhaps. */
  async #tryToAdd(job: ToolJob, turn: number | null): Promise<Adding | null> {
    let isSent = false;
    try {
      if (turn !== null && (await this.#isFull(turn))) return 'full';
      isSent = true;
      await this.#queue.add(job.tool, job, { jobId: jobIdOf(job) });
      return 'added';
    } catch (error) {
      // Redis has understood it and says no, as it does when its memory is full.
      if (error instanceof Error && error.name === 'ReplyError') return 'unreachable';
      return isSent ? 'uncertain' : null;
    }
  }

  /** Of a job that was sent and not answered: whether it is there, or never will be. */
  async #settleAdding(job: ToolJob): Promise<Adding> {
    try {
      const isAbsent = await this.#claims.forbidUnlessThere(jobIdOf(job));
      return isAbsent ? 'unreachable' : 'added';
    } catch {
      this.#remember(job, 'cancelled');
      return 'uncertain';
    }
  }

  async #isFull(turn: number): Promise<boolean> {
    const waiting = await this.#queue.getWaitingCount();
    const ahead = [...this.#adding].filter((other) => other < turn).length;
    return waiting + ahead >= this.#mostWaiting;
  }

  #remember(job: ToolJob, reason: GivenUp): void {
    if (this.#isClosed) return;
    this.#undelivered.set(jobIdOf(job), { reason, expiresAtMs: job.expiresAtMs });
    if (this.#undelivered.size <= MOST_UNDELIVERED) return;
    const [oldest] = this.#undelivered.keys();
    if (oldest !== undefined) this.#undelivered.delete(oldest);
  }

  async #deliver(): Promise<void> {
    for (const [jobId, { reason, expiresAtMs }] of this.#undelivered) {
      if (Date.now() < expiresAtMs) {
        const isDone = await this.#claims.giveUp(jobId, reason).then(
          () => true,
          () => false,
        );
        // Gone again; it is delivered when it is back.
        if (!isDone) return;
      }
      this.#undelivered.delete(jobId);
    }
  }

  async #readyWithin(ms: number): Promise<void> {
    let isReady: () => void = () => {};
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    this.#redis.once('ready', isReady);
    await this.#within(ms, ready);
    this.#redis.off('ready', isReady);
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
