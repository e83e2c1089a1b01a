import { afterEach, describe, expect, it } from 'vitest';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis } from '../testing/private-redis.ts';
import { QueueView } from './queue-view.ts';

describe.skipIf(isRedisMissing)('QueueView', () => {
  const closings: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  async function opened(): Promise<{ redis: PrivateRedis; view: QueueView }> {
    const redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    const view = new QueueView(redis.url);
    closings.push(() => view.close());
    return { redis, view };
  }

  it('fails at once while Redis is away, and is there again when it is', async () => {
    const { redis, view } = await opened();
    await expect.poll(() => view.isReachable).toBe(true);
    expect(await view.queue.getJobCounts()).toMatchObject({ waiting: 0 });
    await redis.kill();
    await expect.poll(() => view.isReachable).toBe(false);
    await expect(view.queue.getJobCounts()).rejects.toThrow();
    await redis.restart();
    await expect.poll(() => view.isReachable).toBe(true);
    expect(await view.queue.getJobCounts()).toMatchObject({ waiting: 0 });
  });

  it('is closed whatever Redis does', async () => {
    for (const undo of [
      (redis: PrivateRedis) => Promise.resolve(redis.hang()),
      (redis: PrivateRedis) => redis.kill(),
      () => Promise.resolve(),
    ]) {
      const { redis, view } = await opened();
      await undo(redis);
      await view.close();
      expect(view.isReachable).toBe(false);
      await view.close();
    }
    const never = new QueueView('unix:///nowhere/redis.sock');
    await never.close();
    expect(never.isReachable).toBe(false);
  });

  it('refuses an address that cannot be read', () => {
    expect(() => new QueueView('http://localhost')).toThrow(
      expect.objectContaining({ code: 'invalid_redis_url' }) as Error,
    );
  });
});
