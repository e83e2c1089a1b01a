import type { FollowUpState, PromisedFollowUp, ToolOutcome } from '@antiphon/session';
import { Redis } from 'ioredis';
import {
  EARLY_OUTCOME_MS,
  FINAL_STATE_MS,
  OUTBOX_BOUNDS,
  OUTCOME_WAIT_MS,
  type Claim,
  type ClaimEnd,
  type ClaimInstants,
  type LostFollowUp,
  type OutboxBounds,
  type OutboxStore,
} from './outbox-store.ts';
import type { RouteBoard } from './mail-agreement.ts';
import {
  CLAIM,
  FINISH,
  POST_ROUTE,
  PROMISE,
  SETTLE,
  WITHDRAW,
  type OutboxScript,
} from './redis-outbox-scripts.ts';

/** The braces put all keys into one slot of a cluster. */
const DEFAULT_PREFIX = 'antiphon:{follow-ups}:';
/** Somebody waits on the phone for the answer. */
const REPLY_MS = 500;
const CONNECT_MS = 2_000;
const MOST_RECONNECT_MS = 1_000;

const SCRIPTS = [PROMISE, WITHDRAW, SETTLE, CLAIM, FINISH, POST_ROUTE];

/** What a {@link RedisOutboxStore} needs. */
export interface RedisOutboxOptions {
  /** `redis://…`, `rediss://…` or the path of a socket. */
  readonly url: string;
  readonly prefix?: string;
  readonly bounds?: OutboxBounds;
  /** Told, once for each loss, that the connection was lost, with a code. */
  readonly onFault?: (code: string) => void;
  /** Whether this process may send mails now; nothing is claimed while it may not. */
  readonly maySend?: () => boolean;
}

/**
 * Keeps follow-ups in Redis, for several processes. Commands fail at once while there is no
 * connection, and within half a second when Redis does not answer; none is sent twice by itself.
 * A mail is sent at most once as long as Redis loses no write that it acknowledged and the clocks
 * of the processes agree to within a minute.
 */
export class RedisOutboxStore implements OutboxStore, RouteBoard {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #bounds: OutboxBounds;
  readonly #maySend: () => boolean;
  #isClosed = false;

  constructor({ url, prefix, bounds, onFault, maySend }: RedisOutboxOptions) {
    this.#maySend = maySend ?? (() => true);
    this.#prefix = prefix ?? DEFAULT_PREFIX;
    this.#bounds = bounds ?? OUTBOX_BOUNDS;
    this.#redis = new Redis(url, {
      connectTimeout: CONNECT_MS,
      commandTimeout: REPLY_MS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => Math.min(times * 100, MOST_RECONNECT_MS),
    });
    let isLost = false;
    const lose = (code: string): void => {
      if (!isLost && !this.#isClosed) onFault?.(code);
      isLost = true;
    };
    this.#redis.on('ready', () => (isLost = false));
    this.#redis.on('error', ({ code }: NodeJS.ErrnoException) => lose(code ?? 'EUNKNOWN'));
    this.#redis.on('close', () => lose('closed'));
    for (const { name, ...script } of SCRIPTS) {
      this.#redis.defineCommand(name, script);
    }
  }

  /** Resolves when it is connected, or after two seconds without: then whether it is. */
  async connected(): Promise<boolean> {
    if (this.#redis.status === 'ready') return true;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#redis.off('ready', end);
        resolve(this.#redis.status === 'ready');
      };
      const timer = setTimeout(end, CONNECT_MS);
      this.#redis.once('ready', end);
    });
  }

  async promise(followUp: PromisedFollowUp, nowMs: number): Promise<boolean> {
    const { id, tool } = followUp;
    const isKept = await this.#run(PROMISE, this.#keysOf(id), [
      id,
      JSON.stringify(followUp),
      tool,
      whole(nowMs),
      whole(nowMs + OUTCOME_WAIT_MS),
      this.#bounds.mostOpen,
    ]);
    return isKept === 1;
  }

  async withdraw(id: string): Promise<void> {
    const [agenda = '', entry = ''] = this.#keysOf(id);
    await this.#run(WITHDRAW, [agenda, entry], [id]);
  }

  async settle(id: string, outcome: ToolOutcome, nowMs: number): Promise<void> {
    await this.#run(SETTLE, this.#keysOf(id), [
      id,
      JSON.stringify(outcome),
      whole(nowMs),
      EARLY_OUTCOME_MS,
      this.#bounds.mostEarly,
      this.#prefix,
    ]);
  }

  async claim(claimant: string, { nowMs, leaseUntilMs }: ClaimInstants): Promise<Claim> {
    if (!this.#maySend()) return { claimed: null, lost: [] };
    const unknown: ToolOutcome = { kind: 'unknown' };
    const keys = [`${this.#prefix}agenda`, `${this.#prefix}claim:${claimant}`];
    const [[followUp, outcome, refusals], pairs] = (await this.#run(CLAIM, keys, [
      this.#prefix,
      claimant,
      whole(nowMs),
      whole(leaseUntilMs),
      JSON.stringify(unknown),
      FINAL_STATE_MS,
    ])) as [string[], string[]];
    const lost: LostFollowUp[] = [];
    for (let index = 0; index < pairs.length; index += 2) {
      lost.push({ id: pairs[index]!, tool: pairs[index + 1]! });
    }
    if (followUp === undefined || outcome === undefined) return { claimed: null, lost };
    return {
      claimed: {
        followUp: JSON.parse(followUp) as PromisedFollowUp,
        outcome: JSON.parse(outcome) as ToolOutcome,
        refusals: Number(refusals),
      },
      lost,
    };
  }

  async finish(id: string, claimant: string, end: ClaimEnd): Promise<boolean> {
    const [agenda = '', entry = ''] = this.#keysOf(id);
    const span = end.state === 'pending' ? whole(end.dueAtMs) : FINAL_STATE_MS;
    return (await this.#run(FINISH, [agenda, entry], [id, claimant, end.state, span])) === 1;
  }

  async state(id: string): Promise<FollowUpState | null> {
    return (await this.#redis.hget(`${this.#prefix}entry:${id}`, 'state')) as FollowUpState | null;
  }

  async post(process: string, route: string, keptMs: number): Promise<string | null> {
    const key = `${this.#prefix}routes`;
    return (await this.#run(POST_ROUTE, [key], [process, route, keptMs])) as string | null;
  }

  async takeDown(process: string): Promise<void> {
    await this.#redis.hdel(`${this.#prefix}routes`, process);
  }

  close(): Promise<readonly LostFollowUp[]> {
    this.#isClosed = true;
    this.#redis.disconnect();
    return Promise.resolve([]);
  }

  #keysOf(id: string): string[] {
    const prefix = this.#prefix;
    return [`${prefix}agenda`, `${prefix}entry:${id}`, `${prefix}early`, `${prefix}outcome:${id}`];
  }

  #run(
    { name }: OutboxScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const commands = this.#redis as unknown as Record<
      string,
      (...values: (string | number)[]) => Promise<unknown>
    >;
    return commands[name]!.call(this.#redis, ...keys, ...args);
  }
}

/** Redis counts in whole milliseconds. */
function whole(ms: number): number {
  return Math.floor(ms);
}
