import type { PromisedFollowUp, ToolOutcome } from '@antiphon/session';
import { describeFollowUps, DrivenClock } from '@antiphon/session/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis } from '../testing/private-redis.ts';
import { FollowUpOutbox } from './follow-up-outbox.ts';
import { OUTBOX_BOUNDS, type OutboxBounds } from './outbox-store.ts';
import { RedisOutboxStore } from './redis-outbox-store.ts';
import { outboxTrial } from './testing/outbox-trial.ts';
import { ToldMailSender } from './testing/told-mail-sender.ts';

const RESULT: ToolOutcome = { kind: 'result', output: 'shipped to 5 Secret Road' };
const NOW_MS = 1_000_000;
const LATER = { nowMs: NOW_MS + 60_000, leaseUntilMs: NOW_MS + 120_000 };

function promised(id: string): PromisedFollowUp {
  const template = { subject: 'Order', body: '{result}' };
  return { id, template, agent: 'acme', tool: 'lookup', to: 'ann@example.com', arguments: '{}' };
}

describe.skipIf(isRedisMissing)('RedisOutboxStore', () => {
  let redis: PrivateRedis;
  let trials = 0;
  const closings: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    redis = await PrivateRedis.start();
  });

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  afterAll(() => redis.close());

  async function opened(
    prefix = `trial${(trials += 1)}:`,
    bounds: OutboxBounds = OUTBOX_BOUNDS,
  ): Promise<RedisOutboxStore> {
    const store = new RedisOutboxStore({ url: redis.url, prefix, bounds });
    closings.push(() => store.close());
    if (!(await store.connected())) throw new Error('the store is not connected');
    return store;
  }

  describeFollowUps('in Redis, shared by two', async () => {
    const prefix = `trial${(trials += 1)}:`;
    return outboxTrial([await opened(prefix), await opened(prefix)]);
  });

  /** Everything that Redis holds under a prefix. */
  async function contents(prefix: string): Promise<string> {
    const client = new Redis(redis.socket);
    closings.push(() => client.quit());
    const texts = [];
    for (const key of await client.keys(`${prefix}*`)) {
      const type = await client.type(key);
      const value =
        type === 'hash' ? await client.hgetall(key) : type === 'string' && (await client.get(key));
      texts.push(JSON.stringify([key, value, (await client.pttl(key)) > 0]));
    }
    return texts.join('\n');
  }

  it('keeps neither address nor content of what is final, and that for a time', async () => {
    const store = await opened('final:');
    await store.promise(promised('a.1'), NOW_MS);
    await store.settle('a.1', RESULT, NOW_MS);
    await store.claim('claimant.1', LATER);
    for (const text of ['ann@example.com', 'Secret Road']) {
      expect(await contents('final:')).toContain(text);
    }
    expect(await store.finish('a.1', 'claimant.1', { state: 'sent', nowMs: NOW_MS })).toBe(true);
    const rest = await contents('final:');
    expect(rest).not.toMatch(/example|Secret|Order/u);
    expect(rest).toContain('"state":"sent"');
    expect(rest.split('\n').every((line) => line.endsWith('true]'))).toBe(true);
  });

  it('keeps outcomes without a promise for a time, and no more than it may', async () => {
    const store = await opened('early:', { ...OUTBOX_BOUNDS, mostEarly: 2 });
    for (let call = 1; call <= 3; call++) await store.settle(`a.${call}`, RESULT, NOW_MS + call);
    const kept = (await contents('early:')).split('\n').filter((line) => line.includes('Secret'));
    const ids = new Set(kept.map((line) => /a\.\d/u.exec(line)?.[0]));
    expect(ids).toEqual(new Set(['a.2', 'a.3']));
    expect(kept.every((line) => line.endsWith('true]'))).toBe(true);
  });

  it('promises no more than fits', async () => {
    const store = await opened(undefined, { ...OUTBOX_BOUNDS, mostOpen: 1 });
    expect(await store.promise(promised('a.1'), NOW_MS)).toBe(true);
    expect(await store.promise(promised('a.2'), NOW_MS)).toBe(false);
    expect(await store.promise(promised('a.1'), NOW_MS)).toBe(true);
  });

  it('gives a claimant that never got the reply what it had claimed, and nobody else', async () => {
    const store = await opened();
    await store.promise(promised('a.1'), NOW_MS);
    await store.settle('a.1', RESULT, NOW_MS);
    const first = await store.claim('claimant.1', LATER);
    expect(first.claimed).toMatchObject({ followUp: { id: 'a.1' }, outcome: RESULT, refusals: 0 });
    expect(await store.claim('claimant.2', LATER)).toEqual({ claimed: null, lost: [] });
    expect(await store.claim('claimant.1', LATER)).toEqual(first);
    await store.finish('a.1', 'claimant.1', { state: 'sent', nowMs: NOW_MS });
    expect(await store.claim('claimant.1', LATER)).toEqual({ claimed: null, lost: [] });
  });

  it('lets nobody but the claimant end a claim, and that once', async () => {
    const store = await opened();
    await store.promise(promised('a.1'), NOW_MS);
    await store.settle('a.1', RESULT, NOW_MS);
    await store.claim('claimant.1', LATER);
    const again = { state: 'pending', dueAtMs: LATER.nowMs } as const;
    expect(await store.finish('a.1', 'claimant.2', again)).toBe(false);
    expect(await store.finish('a.1', 'claimant.1', again)).toBe(true);
    expect(await store.finish('a.1', 'claimant.1', again)).toBe(true);
    expect((await store.claim('claimant.3', LATER)).claimed).toMatchObject({ refusals: 1 });
    expect(await store.finish('a.1', 'claimant.1', { state: 'failed', nowMs: 0 })).toBe(false);
    expect(await store.state('a.1')).toBe('sending');
    const afterLease = { nowMs: LATER.leaseUntilMs, leaseUntilMs: LATER.leaseUntilMs + 1 };
    const { claimed, lost } = await store.claim('claimant.4', afterLease);
    expect({ claimed, lost }).toEqual({ claimed: null, lost: [{ id: 'a.1', tool: 'lookup' }] });
    expect(await store.finish('a.1', 'claimant.3', { state: 'sent', nowMs: 0 })).toBe(false);
    expect(await store.state('a.1')).toBe('unknown');
  });

  describe('with a Redis of its own', () => {
    async function failing() {
      const own = await PrivateRedis.start();
      closings.push(() => own.close());
      const faults: string[] = [];
      const store = new RedisOutboxStore({ url: own.url, onFault: (code) => faults.push(code) });
      expect(await store.connected()).toBe(true);
      const script = { attempts: [], answers: [] };
      const clock = new DrivenClock();
      const outbox = new FollowUpOutbox({
        store,
        sender: new ToldMailSender(script),
        domain: 'example.org',
        clock,
      });
      closings.push(async () => {
        const closed = outbox.close();
        clock.advance(60_000);
        await closed;
      });
      /** Lets time go by until the mail is out. */
      const untilSent = async (id: string): Promise<void> => {
        while ((await outbox.state(id)) !== 'sent') {
          clock.advance(5_000);
          await new Promise(setImmediate);
        }
      };
      return { own, outbox, faults, script, untilSent };
    }

    it('promises nothing while Redis is gone, and sends what was promised when it is back', async () => {
      const { own, outbox, faults, script, untilSent } = await failing();
      expect(await outbox.promise(promised('a.1'))).toBe(true);
      await own.kill();
      expect(await outbox.promise(promised('a.2'))).toBe(false);
      expect(await outbox.state('a.1')).toBeNull();
      await outbox.settle('a.1', RESULT);
      await own.restart();
      await untilSent('a.1');
      expect(script.attempts).toHaveLength(1);
      expect(faults).toHaveLength(1);
    });

    it('promises nothing while Redis hangs, and sends once what was settled meanwhile', async () => {
      const { own, outbox, script, untilSent } = await failing();
      expect(await outbox.promise(promised('a.1'))).toBe(true);
      own.hang();
      expect(await outbox.promise(promised('a.2'))).toBe(false);
      await outbox.settle('a.1', RESULT);
      own.resume();
      await untilSent('a.1');
      expect(script.attempts).toHaveLength(1);
      // Redis kept it after its reply was given up; it was not promised, and is withdrawn.
      expect(await outbox.state('a.2')).toBeNull();
    });

    it('opens without Redis and is ready when it comes', async () => {
      const own = await PrivateRedis.start();
      closings.push(() => own.close());
      await own.kill();
      const store = new RedisOutboxStore({ url: own.url });
      closings.push(() => store.close());
      expect(await store.connected()).toBe(false);
      await expect(store.promise(promised('a.1'), NOW_MS)).rejects.toThrow();
      await own.restart();
      while (!(await store.connected()));
      expect(await store.promise(promised('a.1'), NOW_MS)).toBe(true);
    });
  });
});
