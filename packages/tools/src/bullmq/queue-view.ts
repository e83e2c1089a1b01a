import { Queue } from 'bullmq';
import { LastingRedis, redisAddress } from './redis-address.ts';
import { TOOL_QUEUE } from './tool-job.ts';

/** Whoever looks waits no longer; looking at a thousand jobs takes a tenth of it. */
const COMMAND_MS = 2_000;

/** The queue of tools as operators look at it, apart from the connections that calls go over. */
export class QueueView {
  readonly queue: Queue;
  readonly #redis: LastingRedis;

  /** Connects in the background, and again; throws `invalid_redis_url`. */
  constructor(url: string) {
    this.#redis = new LastingRedis(redisAddress(url), {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: COMMAND_MS,
    });
    this.queue = new Queue(TOOL_QUEUE.name, {
      prefix: TOOL_QUEUE.prefix,
      connection: this.#redis,
      skipVersionCheck: true,
      skipWaitingForReady: true,
      skipMetasUpdate: true,
    });
    this.queue.on('error', () => {});
  }

  /** What is asked fails at once while it is `false`. */
  get isReachable(): boolean {
    return this.#redis.status === 'ready';
  }

  /** Jobs that no worker has taken yet; 0 where Redis does not say. Never rejects. */
  async waiting(): Promise<number> {
    if (!this.isReachable) return 0;
    return this.queue.getWaitingCount().catch(() => 0);
  }

  /** Workers that take jobs; null where Redis does not say. Never rejects. */
  async workers(): Promise<number | null> {
    if (!this.isReachable) return null;
    return this.queue.getWorkersCount().catch(() => null);
  }

  async close(): Promise<void> {
    const closed = this.queue.close();
    this.#redis.disconnect();
    // Closing asks nothing of Redis that could be missed.
    await closed.catch(() => {});
  }
}
