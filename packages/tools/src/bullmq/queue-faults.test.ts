import type { ToolFunction } from '@antiphon/session';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { HeldTool } from '../testing/held-tool.ts';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis, type PrivateRedisOptions } from '../testing/private-redis.ts';
import { QueueTrial, type TrialTool } from '../testing/queue-trial.ts';
import { RedisRelay } from '../testing/redis-relay.ts';
import { jobKey } from './job-claims.ts';
import type { ToolQueueOptions } from './tool-queue.ts';

const UNREACHABLE = {
  kind: 'error',
  message: 'tool cannot run now: its queue cannot be reached.',
};

/** Adding a job is the only script that carries the session's id in its arguments' JSON. */
const ADDING = /"sessionId"/u;

/** Far longer than any test: what ends before did not wait for it. */
const LONG_MS = 600_000;

/** Until a busy machine has done it. */
const PATIENTLY = { timeout: 30_000 };

describe.skipIf(isRedisMissing)('queued tools when Redis fails', () => {
  const closings: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  async function redisOf(options: PrivateRedisOptions = {}): Promise<PrivateRedis> {
    const redis = await PrivateRedis.start(options);
    closings.push(() => redis.close());
    return redis;
  }

  function trialOfNone(
    url: string,
    tool: Omit<TrialTool, 'name'>,
    options: Partial<ToolQueueOptions> = {},
  ): QueueTrial {
    const trial = new QueueTrial(url, [{ name: 'tool', timeoutMs: LONG_MS, ...tool }], options);
    closings.push(() => trial.close());
    return trial;
  }

  async function trialOf(...trial: Parameters<typeof trialOfNone>): Promise<QueueTrial> {
    const opened = trialOfNone(...trial);
    await opened.connected;
    return opened;
  }

  async function relayOf(redis: PrivateRedis): Promise<RedisRelay> {
    const relay = await RedisRelay.start(redis.socket);
    closings.push(() => relay.close());
    return relay;
  }

  /** Counts its runs. */
  function counter(): { runs: number; run: ToolFunction } {
    const tool = { runs: 0, run: () => (tool.runs += 1) };
    return tool;
  }

  it.each(['none', 'at_most_once'] as const)(
    'fails a call of effect %s while there is no Redis, and runs the next when there is one',
    async (effect) => {
      const redis = await redisOf();
      await redis.kill();
      const tool = counter();
      const changes: boolean[] = [];
      const onConnection = (isThere: boolean): void => void changes.push(isThere);
      const trial = trialOfNone(redis.url, { run: tool.run, effect }, { onConnection });
      trial.work();
      expect(await trial.call('tool')).toEqual(UNREACHABLE);
      await redis.restart();
      await expect.poll(() => changes, PATIENTLY).toEqual([false, true]);
      expect(await trial.call('tool')).toEqual({ kind: 'result', output: '1' });
      expect(tool.runs).toBe(1);
    },
  );

  it.each(['none', 'at_most_once'] as const)(
    'fails a call of effect %s while Redis hangs, and never runs it afterwards',
    async (effect) => {
      const redis = await redisOf();
      const tool = counter();
      const trial = await trialOf(redis.url, { run: tool.run, effect });
      trial.work();
      expect(await trial.call('tool')).toEqual({ kind: 'result', output: '1' });
      redis.hang();
      expect(await trial.call('tool')).toEqual(UNREACHABLE);
      redis.resume();
      await expect
        .poll(() => trial.call('tool'), PATIENTLY)
        .toEqual({ kind: 'result', output: '2' });
    },
  );

  it('picks up a result that came about while Redis was gone', async () => {
    const redis = await redisOf({ appendFsync: 'always' });
    const tool = new HeldTool();
    const trial = await trialOf(redis.url, { run: tool.run, effect: 'at_most_once' });
    trial.work();
    const outcome = trial.call('tool');
    await tool.begun();
    await redis.kill();
    tool.finish('done');
    await redis.restart();
    expect(await outcome).toEqual({ kind: 'result', output: 'done' });
    expect(tool.begins).toBe(1);
  });

  it('joins the run that lost its lock, rather than run twice', async () => {
    const redis = await redisOf();
    const tool = new HeldTool();
    const trial = await trialOf(redis.url, { run: tool.run, effect: 'at_most_once' });
    trial.work();
    const outcome = trial.call('tool');
    await tool.begun();
    const observer = new Redis(redis.socket);
    closings.push(() => Promise.resolve(observer.disconnect()));
    // As a hung Redis, or a tool that holds up its worker, loses it.
    await observer.del(jobKey('s.call%3A1:lock'));
    const starts = () => observer.hget(jobKey('s.call%3A1'), 'ats');
    await expect.poll(starts, PATIENTLY).toBe('2');
    tool.finish('done');
    expect(await outcome).toEqual({ kind: 'result', output: 'done' });
    expect(tool.begins).toBe(1);
  });

  it('tells a tool that was cancelled while Redis was gone', async () => {
    const redis = await redisOf({ appendFsync: 'always' });
    const tool = new HeldTool();
    const trial = await trialOf(redis.url, { run: tool.run, effect: 'at_most_once' });
    trial.work();
    const abort = new AbortController();
    const outcome = trial.call('tool', abort);
    await tool.begun();
    await redis.kill();
    abort.abort();
    expect(await outcome).toEqual({ kind: 'unknown' });
    await redis.restart();
    await expect.poll(() => tool.aborts, PATIENTLY).toBe(1);
  });

  it('adds a job again whose adding was not answered, and runs it once', async () => {
    const redis = await redisOf();
    const relay = await relayOf(redis);
    const tool = counter();
    const trial = await trialOf(relay.url, { run: tool.run, effect: 'at_most_once' });
    const worker = new QueueTrial(redis.url, [{ name: 'tool', run: tool.run }]);
    closings.push(() => worker.close());
    worker.work();
    const kept = relay.keepAnswers(ADDING);
    const outcome = trial.call('tool');
    await kept;
    relay.reset();
    expect(await outcome).toEqual({ kind: 'result', output: '1' });
    expect(tool.runs).toBe(1);
  });

  it.each([
    ['at_most_once', { kind: 'unknown' }],
    ['none', UNREACHABLE],
  ] as const)(
    'never begins a call of effect %s that nobody knew to be in the queue',
    async (effect, expected) => {
      const redis = await redisOf();
      const relay = await relayOf(redis);
      const tool = counter();
      const trial = await trialOf(relay.url, { run: tool.run, effect });
      void relay.keepAnswers(ADDING);
      expect(await trial.call('tool')).toEqual(expected);
      relay.reset();
      const other = new QueueTrial(redis.url, [{ name: 'tool', run: tool.run }]);
      closings.push(() => other.close());
      expect(trial.queue.undelivered).toBe(1);
      await expect.poll(() => trial.queue.undelivered, PATIENTLY).toBe(0);
      other.work();
      expect(await trial.call('tool')).toEqual({ kind: 'result', output: '1' });
    },
  );

  it.each([
    ['at_most_once', 1, { kind: 'unknown' }],
    ['idempotent', 2, { kind: 'result', output: 'done' }],
  ] as const)(
    'ends a call of effect %s whose job Redis lost, after %d runs',
    async (effect, runs, expected) => {
      const redis = await redisOf({ appendFsync: 'never' });
      const tool = new HeldTool();
      const trial = await trialOf(redis.url, { run: tool.run, effect });
      const worker = trial.work({ closingMs: 0 });
      const outcome = trial.call('tool');
      await tool.begun();
      await redis.kill();
      await worker.close();
      await redis.restart();
      trial.work();
      await tool.begun(runs);
      tool.finish('done');
      expect(await outcome).toEqual(expected);
      expect(tool.begins).toBe(runs);
    },
  );
});
