import type { Redis } from 'ioredis';
import { KEPT_JOBS, TOOL_QUEUE, type GivenUp } from './tool-job.ts';

/** Workers hear here which of their jobs are given up: `<reason> <job id>`. */
export const GIVE_UP_CHANNEL = `${TOOL_QUEUE.prefix}:${TOOL_QUEUE.name}:give-up`;

/**
 * Who may run a job: the first run writes itself into the job. A job that was given up before has a
 * mark of its own, which also stops one that is added later.
 */
const CLAIM = `
local reason = redis.call('GET', KEYS[2]) or redis.call('HGET', KEYS[1], 'givenUp')
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone', reason} end
if not reason then redis.call('HSETNX', KEYS[1], 'claim', ARGV[1]) end
local holder = redis.call('HGET', KEYS[1], 'claim')
return {holder == ARGV[1] and 'first' or holder and 'again' or 'never', reason}
`;

const GIVE_UP = `
if redis.call('HEXISTS', KEYS[1], 'claim') == 0 then
  redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
  return redis.call('EXISTS', KEYS[1]) == 1 and 'neverBegun' or 'absent'
end
redis.call('HSET', KEYS[1], 'givenUp', ARGV[1])
redis.call('PUBLISH', ARGV[3], ARGV[1] .. ' ' .. ARGV[4])
return 'begun'
`;

const FORBID = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return 1
`;

/** What a run that wants to begin is told. */
export interface Claim {
  /** It is the `first` to begin the job, begins it `again`, or must `never`; or the job is `gone`. */
  readonly begins: 'first' | 'again' | 'never' | 'gone';
  /** Why the call was given up before; such a job begins neither first nor again. */
  readonly givenUp: GivenUp | null;
}

/** What became of a call that was given up. */
export type GivingUp = 'neverBegun' | 'absent' | 'begun';

/**
 * Decides in Redis, in one step each, between a worker that begins a job and a caller that gives it
 * up: whoever comes first. What is kept of it goes with the job, or after an hour.
 */
export class JobClaims {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** A run wants to begin; `run` is its own name, with which it may ask twice. */
  async claim(jobId: string, run: string): Promise<Claim> {
    const keys = [jobKey(jobId), markKey(jobId)] as const;
    const [begins, givenUp] = (await this.#redis.eval(CLAIM, 2, ...keys, run)) as [
      Claim['begins'],
      GivenUp | null,
    ];
    return { begins, givenUp };
  }

  /**
   * Gives a call up. One that has not begun never will, whether its job is there or `absent`; one
   * that has begun is told to its worker.
   */
  async giveUp(jobId: string, reason: GivenUp): Promise<GivingUp> {
    const keys = [jobKey(jobId), markKey(jobId)] as const;
    const args = [reason, KEPT_JOBS.age, GIVE_UP_CHANNEL, jobId] as const;
    return (await this.#redis.eval(GIVE_UP, 2, ...keys, ...args)) as GivingUp;
  }

  /** Whether a job is not in the queue; if it still comes there, it never begins. */
  async forbidUnlessThere(jobId: string): Promise<boolean> {
    const keys = [jobKey(jobId), markKey(jobId)] as const;
    return (await this.#redis.eval(FORBID, 2, ...keys, 'cancelled', KEPT_JOBS.age)) === 1;
  }

  /** Why a job that has begun was given up, or `null`. */
  async givenUp(jobId: string): Promise<GivenUp | null> {
    return (await this.#redis.hget(jobKey(jobId), 'givenUp')) as GivenUp | null;
  }
}

/** The key under which BullMQ keeps a job. */
export function jobKey(jobId: string): string {
  return `${TOOL_QUEUE.prefix}:${TOOL_QUEUE.name}:${jobId}`;
}

function markKey(jobId: string): string {
  return `${TOOL_QUEUE.prefix}:given-up:${jobId}`;
}
