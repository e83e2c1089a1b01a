import { afterAll, beforeAll, describe } from 'vitest';
import { describeFollowUps } from '@antiphon/session/testing';
import { isRedisMissing } from '../testing/needs-redis.ts';
import { PrivateRedis } from '../testing/private-redis.ts';
import { RedisOutboxStore } from './redis-outbox-store.ts';
import { outboxTrial } from './testing/outbox-trial.ts';

describe.skipIf(isRedisMissing)('RedisOutboxStore', () => {
  let redis: PrivateRedis;
  let trials = 0;

  beforeAll(async () => {
    redis = await PrivateRedis.start();
  });

  afterAll(() => redis.close());

  async function opened(prefix: string): Promise<RedisOutboxStore> {
    const store = new RedisOutboxStore({ url: redis.url, prefix });
    if (!(await store.connected())) throw new Error('the store is not connected');
    return store;
  }

  describeFollowUps('in Redis, shared by two', async () => {
    const prefix = `trial${(trials += 1)}:`;
    return outboxTrial([await opened(prefix), await opened(prefix)]);
  });
});
