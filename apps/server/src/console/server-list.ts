import type { Clock, TimerHandle } from '@antiphon/session';
import { LastingRedis, redisAddress } from '@antiphon/tools';
import { z } from 'zod';

const KEY = 'antiphon:servers';

/** A server tells of itself this often; one that has not for three times as long is not listed. */
const BEAT_MS = 5_000;
const LIFE_MS = 3 * BEAT_MS;

/** Servers that are listed; of more, those that told last. */
const MOST_SERVERS = 100;

const COMMAND_MS = 1_000;

const standingSchema = z.object({
  name: z.string(),
  sessions: z.number(),
  max: z.number(),
  /** Of those sessions, each tenant's. */
  tenants: z.record(z.string(), z.number()),
});

/** What a server tells of the sessions it holds. */
export type ServerStanding = z.infer<typeof standingSchema>;

/** What a list of servers is made from. */
export interface ServerListOptions {
  /** Null where this server is alone. */
  readonly redisUrl: string | null;
  readonly own: () => ServerStanding;
  readonly clock: Clock;
}

/**
 * The servers that share a Redis, each of which tells of itself there in a key that expires. Without
 * Redis, or while that is away, it is this one alone.
 */
export class ServerList {
  readonly #options: ServerListOptions;
  #redis: LastingRedis | null = null;
  #timer: TimerHandle | null = null;

  constructor(options: ServerListOptions) {
    this.#options = options;
  }

  /** Tells of this server from now on; connects in the background. */
  open(): void {
    const { redisUrl } = this.#options;
    if (redisUrl === null) return;
    this.#redis = new LastingRedis(redisAddress(redisUrl), {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: COMMAND_MS,
    });
    this.#redis.on('ready', () => void this.#tell());
    this.#beat();
  }

  /** This server first, and as it stands now. Never rejects. */
  async list(): Promise<readonly ServerStanding[]> {
    const own = this.#options.own();
    const others = await this.#others(own.name).catch(() => []);
    return [own, ...others.toSorted((a, b) => a.name.localeCompare(b.name))];
  }

  async close(): Promise<void> {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    const redis = this.#redis;
    this.#redis = null;
    const { name } = this.#options.own();
    if (redis?.status === 'ready') {
      await redis
        .multi()
        .del(keyOf(name))
        .zrem(KEY, name)
        .exec()
        .catch(() => {});
    }
    redis?.disconnect();
  }

  #beat(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      void this.#tell();
      this.#beat();
    }, BEAT_MS);
  }

  async #tell(): Promise<void> {
    const redis = this.#redis;
    if (redis?.status !== 'ready') return;
    const own = this.#options.own();
    await redis
      .multi()
      .set(keyOf(own.name), JSON.stringify(own), 'PX', LIFE_MS)
      .zadd(KEY, this.#options.clock.now(), own.name)
      .zremrangebyrank(KEY, 0, -MOST_SERVERS - 1)
      .pexpire(KEY, LIFE_MS)
      .exec()
      // The next one tells the same.
      .catch(() => {});
  }

  async #others(own: string): Promise<ServerStanding[]> {
    const redis = this.#redis;
    if (redis?.status !== 'ready') return [];
    const names = (await redis.zrange(KEY, '0', '-1')).filter((name) => name !== own);
    if (names.length === 0) return [];
    const texts = await redis.mget(names.map(keyOf));
    const gone = names.filter((_name, at) => texts[at] === null);
    if (gone.length > 0) await redis.zrem(KEY, gone);
    return texts.flatMap((text) => standingOf(text) ?? []);
  }
}

function keyOf(name: string): string {
  return `${KEY}:${name}`;
}

/** Another version may tell otherwise. */
function standingOf(text: string | null): ServerStanding | null {
  try {
    return standingSchema.safeParse(JSON.parse(text ?? 'null')).data ?? null;
  } catch {
    return null;
  }
}
