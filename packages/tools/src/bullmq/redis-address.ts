import { Redis, type RedisOptions } from 'ioredis';
import { ToolError } from '../tool-error.ts';

/** Where a Redis is, as `REDIS_URL` says it, in the options that ioredis takes. */
export type RedisAddress = Pick<
  RedisOptions,
  'host' | 'port' | 'path' | 'username' | 'password' | 'db' | 'tls'
>;

/** What may stand in `REDIS_URL`, for messages. */
export const REDIS_URL_FORMS =
  'redis://[user:password@]host[:port][/db], rediss://… for TLS, or unix:///path/to/redis.sock[?db=N]';

const DEFAULT_PORT = 6379;

/** Reads a Redis URL; throws `invalid_redis_url` without showing it, for it may hold a password. */
export function redisAddress(url: string): RedisAddress {
  const parsed = URL.canParse(url) ? new URL(url) : refuse('it is no URL');
  const { protocol, hostname, port, pathname, searchParams } = parsed;
  const account = accountOf(parsed);
  if (protocol === 'unix:') {
    if (hostname !== '' || pathname.length < 2) refuse('the path of the socket must be absolute');
    const db = databaseOf(searchParams.get('db') ?? '0');
    return { path: decodeURIComponent(pathname), db, ...account };
  }
  if (protocol !== 'redis:' && protocol !== 'rediss:') refuse(`${protocol}// is not known`);
  if (hostname === '') refuse('it names no host');
  return {
    host: hostname.replace(/^\[|\]$/gu, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
    db: databaseOf(pathname.slice(1) || '0'),
    ...account,
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function accountOf({ username, password }: URL): Pick<RedisAddress, 'username' | 'password'> {
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}

function databaseOf(text: string): number {
  return /^\d{1,4}$/u.test(text) ? Number(text) : refuse('the database must be a number');
}

function refuse(reason: string): never {
  throw new ToolError('invalid_redis_url', `The Redis URL: ${reason}; use ${REDIS_URL_FORMS}.`);
}

/** The longest pause between two attempts to reach a Redis that went away. */
const LONGEST_PAUSE_MS = 500;

/**
 * A connection that comes back by itself, soon. Its duplicates, which BullMQ makes for what blocks,
 * connect at once whatever this one does, and are disconnected with it.
 */
export class LastingRedis extends Redis {
  readonly #duplicates: Redis[] = [];
  readonly #address: RedisAddress;

  constructor(address: RedisAddress, options: Omit<RedisOptions, 'replyMapping'>) {
    const lasting: Omit<RedisOptions, 'replyMapping'> = {
      ...address,
      retryStrategy: (times) => Math.min(times * 50, LONGEST_PAUSE_MS),
      // Notices a peer that is gone without a word, on a connection where nothing is asked.
      keepAlive: 10_000,
      ...options,
    };
    super(lasting);
    this.#address = address;
    // Each attempt that fails tells an error; who wants to know listens too.
    this.on('error', () => {});
  }

  override duplicate(override: Partial<Omit<RedisOptions, 'replyMapping'>> = {}): Redis {
    const options = { maxRetriesPerRequest: null, ...override };
    const duplicate = new LastingRedis(this.#address, options);
    this.#duplicates.push(duplicate);
    return duplicate;
  }

  override disconnect(reconnect = false): void {
    if (!reconnect) for (const duplicate of this.#duplicates.splice(0)) duplicate.disconnect();
    // A second time would leave a timer.
    if (this.status !== 'end') super.disconnect(reconnect);
  }
}
