import { systemClock } from '@antiphon/session';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeldTool } from '../testing/held-tool.ts';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis } from '../testing/private-redis.ts';
import {
  QueueTrial,
  SettlementList,
  type QueueTrialOptions,
  type TrialTool,
} from '../testing/queue-trial.ts';
import { TOOL_QUEUE } from './tool-job.ts';

/** Until a busy machine has done it. */
const PATIENTLY = { timeout: 30_000 };

describe.skipIf(isRedisMissing)('queued tools', () => {
  let redis: PrivateRedis;
  const trials: QueueTrial[] = [];

  beforeEach(async () => {
    redis = await PrivateRedis.start();
  });

  afterEach(async () => {
    await Promise.all(trials.splice(0).map((trial) => trial.close()));
    await redis.close();
  });

  async function trialOf(
    tools: readonly TrialTool[],
    options: QueueTrialOptions = {},
  ): Promise<QueueTrial> {
    const trial = new QueueTrial(redis.url, tools, options);
    trials.push(trial);
    await trial.connected;
    return trial;
  }

  /** What BullMQ holds, by state. */
  async function jobCounts(): Promise<Record<string, number>> {
    const { name, prefix } = TOOL_QUEUE;
    const connection = new Redis(redis.socket);
    const queue = new Queue(name, { prefix, connection });
    try {
      return await queue.getJobCounts('waiting', 'active', 'completed', 'failed');
    } finally {
      await queue.close();
      connection.disconnect();
    }
  }

  it('tells how long each call waited for a worker', async () => {
    const waits: [tool: string, waitedMs: number][] = [];
    const held = new HeldTool();
    const tools = [
      { name: 'held', run: held.run },
      { name: 'quick', run: () => 'ran' },
    ];
    const trial = await trialOf(tools, { onWaited: (...wait) => waits.push(wait) });
    trial.work({ concurrency: 1 });
    // What happens before the queue's events are listened to is not known.
    await expect.poll(() => trial.call('quick').then(() => waits.length)).toBeGreaterThan(0);
    waits.splice(0);
    const first = trial.call('held');
    await held.begun();
    const second = trial.call('quick');
    await expect.poll(async () => (await jobCounts())['waiting']).toBe(1);
    const connection = new Redis(redis.socket);
    const redisMs = async () => {
      const [seconds, micros] = await connection.time();
      return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    };
    const seenWaitingAtMs = await redisMs();
    await expect.poll(redisMs).toBeGreaterThan(seenWaitingAtMs);
    const stillWaitingAtMs = await redisMs();
    connection.disconnect();
    held.finish('held');
    await Promise.all([first, second]);
    expect(waits.map(([tool]) => tool)).toEqual(['held', 'quick']);
    expect(waits[1]?.[1]).toBeGreaterThanOrEqual(stillWaitingAtMs - seenWaitingAtMs);
  });

  it('leaves no timer and no listener behind', async () => {
    const pending = new Set<object | number>();
    const clock: typeof systemClock = {
      now: systemClock.now,
      setTimeout: (run, delayMs) => {
        const timer = systemClock.setTimeout(() => {
          pending.delete(timer);
          run();
        }, delayMs);
        pending.add(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        pending.delete(timer);
        systemClock.clearTimeout(timer);
      },
    };
    const trial = await trialOf([{ name: 'tool', run: () => 1 }], { clock });
    trial.work({ clock });
    const abort = new AbortController();
    const counts = { added: 0, removed: 0 };
    const signal = new Proxy(abort.signal, {
      get(target, key) {
        if (key === 'addEventListener') counts.added += 1;
        if (key === 'removeEventListener') counts.removed += 1;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    expect(await trial.call('tool', { signal })).toEqual({ kind: 'result', output: '1' });
    expect(counts).toEqual({ added: 1, removed: 1 });
    expect([...pending]).toEqual([]);
  });

  it('never begins a call that was cancelled while it waited', async () => {
    const tool = new HeldTool();
    const trial = await trialOf([
      { name: 'tool', run: tool.run, effect: 'at_most_once' },
      { name: 'other', run: () => 'ran' },
    ]);
    const abort = new AbortController();
    const outcome = trial.call('tool', abort);
    await expect.poll(jobCounts, PATIENTLY).toMatchObject({ waiting: 1 });
    abort.abort();
    expect(await outcome).toEqual({ kind: 'cancelled' });
    await expect.poll(jobCounts, PATIENTLY).toMatchObject({ waiting: 0 });
    trial.work();
    expect(await trial.call('other')).toEqual({ kind: 'result', output: 'ran' });
    expect(tool.begins).toBe(0);
  });

  it('gives a call up that no worker takes in time', async () => {
    const tool = new HeldTool();
    const trial = await trialOf([
      { name: 'tool', run: tool.run, effect: 'at_most_once', timeoutMs: 50 },
      { name: 'other', run: () => 'ran' },
    ]);
    expect(await trial.call('tool')).toEqual({ kind: 'timeout' });
    trial.work();
    await trial.call('other');
    expect(tool.begins).toBe(0);
  });

  it('stops a call that runs longer than it may', async () => {
    const tool = new HeldTool();
    const trial = await trialOf([
      { name: 'tool', run: tool.run, timeoutMs: 500 },
      { name: 'other', run: () => 'ran' },
    ]);
    trial.work();
    await trial.call('other');
    expect(await trial.call('tool')).toEqual({ kind: 'timeout' });
    await tool.begun();
    expect(tool.aborts).toBe(1);
  });

  it('tells the tool on another worker that its call is cancelled', async () => {
    const tool = new HeldTool();
    const trial = await trialOf([{ name: 'tool', run: tool.run }]);
    trial.work();
    trial.work();
    const abort = new AbortController();
    const outcome = trial.call('tool', abort);
    await tool.begun();
    abort.abort();
    expect(await outcome).toEqual({ kind: 'cancelled' });
    expect(tool.aborts).toBe(1);
  });

  it('refuses a call when too many wait', async () => {
    const trial = await trialOf([{ name: 'tool', run: () => 'ran' }], { mostWaiting: 2 });
    const outcomes = [trial.call('tool'), trial.call('tool'), trial.call('tool')];
    expect(await Promise.race(outcomes)).toEqual({
      kind: 'error',
      message: 'tool cannot run now: too many calls are waiting.',
    });
    trial.work();
    expect((await Promise.all(outcomes)).map(({ kind }) => kind).toSorted()).toEqual([
      'error',
      'result',
      'result',
    ]);
  });

  it('settles what was promised for a call before the call ends', async () => {
    const followUps = new SettlementList();
    const trial = await trialOf([
      { name: 'tool', run: () => 'done' },
      { name: 'slow', run: () => new Promise(() => {}), timeoutMs: 200 },
    ]);
    trial.work({ followUps });
    await trial.call('tool');
    expect(followUps.settled).toEqual([['s.call:1', 'result']]);
    await trial.call('slow');
    expect(followUps.settled[1]).toEqual(['s.call:2', 'timeout']);
  });

  it('says when no worker has the tool', async () => {
    const trial = await trialOf([{ name: 'tool', run: () => 1 }]);
    trial.work({ agents: new Map() });
    expect(await trial.call('tool')).toEqual({
      kind: 'error',
      message: 'No worker has the tool tool of the agent trial.',
    });
  });

  it('reports how long a job waited and ran, and not what it said', async () => {
    const reports: unknown[] = [];
    const trial = await trialOf([{ name: 'tool', run: () => 'secret' }]);
    trial.work({ onJobEnded: (report) => reports.push(report) });
    await trial.call('tool');
    expect(reports).toEqual([
      {
        jobId: 's.call%3A1',
        agent: 'trial',
        tool: 'tool',
        outcome: 'result',
        waitedMs: expect.any(Number) as number,
        ranMs: expect.any(Number) as number,
        sessionId: 's',
        span: null,
      },
    ]);
  });

  it('lets a job end that runs when its worker closes', async () => {
    const tool = new HeldTool();
    const trial = await trialOf([{ name: 'tool', run: tool.run }]);
    const worker = trial.work();
    const outcome = trial.call('tool');
    await tool.begun();
    const closed = worker.close();
    tool.finish('done');
    await closed;
    expect(await outcome).toEqual({ kind: 'result', output: 'done' });
    expect(tool.aborts).toBe(0);
  });

  it('hands a job on that a closing worker cannot wait for', async () => {
    const tool = new HeldTool();
    const trial = await trialOf([{ name: 'tool', run: tool.run, effect: 'idempotent' }]);
    const worker = trial.work({ closingMs: 0 });
    const outcome = trial.call('tool');
    await tool.begun();
    await worker.close();
    expect(tool.aborts).toBe(1);
    trial.work();
    await tool.begun(2);
    tool.finish('done');
    expect(await outcome).toEqual({ kind: 'result', output: 'done' });
  });

  it('never hands on what must not run twice, and says that it may have happened', async () => {
    const tool = new HeldTool();
    const followUps = new SettlementList();
    const trial = await trialOf([{ name: 'tool', run: tool.run, effect: 'at_most_once' }]);
    const worker = trial.work({ closingMs: 0, followUps });
    const outcome = trial.call('tool');
    await tool.begun();
    await worker.close();
    expect(await outcome).toEqual({ kind: 'unknown' });
    expect(followUps.settled).toEqual([['s.call:1', 'unknown']]);
  });

  it('answers at once when a job is taken out of the queue', async () => {
    const trial = await trialOf([
      { name: 'tool', run: () => 1 },
      { name: 'once', run: () => 1, effect: 'at_most_once' },
    ]);
    const outcomes = Promise.all([trial.call('tool'), trial.call('once')]);
    await expect.poll(jobCounts, PATIENTLY).toMatchObject({ waiting: 2 });
    const { name, prefix } = TOOL_QUEUE;
    const connection = new Redis(redis.socket);
    const queue = new Queue(name, { prefix, connection });
    await queue.remove('s.call%3A1');
    await queue.remove('s.call%3A2');
    await queue.close();
    connection.disconnect();
    expect(await outcomes).toEqual([
      { kind: 'error', message: 'tool did not finish: its job was removed.' },
      { kind: 'unknown' },
    ]);
  });

  it('closes while a worker was never there, and Redis neither', async () => {
    await redis.kill();
    const trial = new QueueTrial(redis.url, [{ name: 'tool', run: () => 1 }]);
    trials.push(trial);
    trial.work({ closingMs: 0 });
    await trial.close();
    await redis.restart();
    const observer = new Redis(redis.socket);
    const clients = (await observer.client('LIST')) as string;
    observer.disconnect();
    expect(clients.trim().split('\n')).toHaveLength(1);
  });
});
