import { systemClock } from '@antiphon/session';
import { LastingRedis, redisAddress } from '@antiphon/tools';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { DrivenClock } from '@antiphon/session/testing';
import type { Clock } from '@antiphon/session';
import { afterEach, describe, expect, it } from 'vitest';
import { ServerList } from './server-list.ts';

const closings: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

async function startedRedis(): Promise<PrivateRedis> {
  const redis = await PrivateRedis.start();
  closings.push(() => redis.close());
  return redis;
}

function opened(
  name: string,
  redisUrl: string | null,
  more: { sessions?: () => number; clock?: Clock } = {},
): ServerList {
  const { sessions = () => 1, clock = systemClock } = more;
  const list = new ServerList({
    redisUrl,
    own: () => ({ name, sessions: sessions(), max: 10, tenants: { acme: 1 } }),
    clock,
  });
  list.open();
  closings.push(() => list.close());
  return list;
}

const namesIn = async (list: ServerList) => (await list.list()).map(({ name }) => name);

it('a server without Redis lists itself, as it stands now', async () => {
  let sessions = 1;
  const list = opened('a:1', null, { sessions: () => sessions });
  sessions = 2;
  expect(await list.list()).toEqual([{ name: 'a:1', sessions: 2, max: 10, tenants: { acme: 1 } }]);
});

describe.skipIf(isRedisMissing)('servers that share a Redis', () => {
  it('list each other with what each tells, their own first, until they are closed', async () => {
    const { url } = await startedRedis();
    const lists = ['a:1', 'b:2', 'c:3'].map((name) => opened(name, url));
    const [, second, third] = lists as [ServerList, ServerList, ServerList];
    await expect.poll(() => namesIn(second)).toEqual(['b:2', 'a:1', 'c:3']);
    expect((await second.list())[1]).toMatchObject({ sessions: 1, tenants: { acme: 1 } });
    await third.close();
    expect(await namesIn(second)).toEqual(['b:2', 'a:1']);
  });

  it('list themselves alone while it is away, and each other again when it is back', async () => {
    const redis = await startedRedis();
    const clock = new DrivenClock();
    const first = opened('a:1', redis.url, { clock });
    const second = opened('b:2', redis.url, { clock });
    await expect.poll(() => namesIn(first)).toHaveLength(2);
    await redis.kill();
    await expect.poll(() => namesIn(first)).toEqual(['a:1']);
    await redis.restart();
    await expect.poll(() => namesIn(second)).toEqual(['b:2', 'a:1']);
  });

  it('are not listed once they tell nothing any more, and leave nothing behind', async () => {
    const { url } = await startedRedis();
    const list = opened('a:1', url);
    const redis = new LastingRedis(redisAddress(url), {});
    closings.push(() => redis.disconnect());
    await redis.zadd('antiphon:servers', 1, 'killed:9');
    await redis.set('antiphon:servers:odd:8', '{"name":1}');
    await redis.zadd('antiphon:servers', 1, 'odd:8');
    await expect.poll(() => redis.pttl('antiphon:servers:a:1')).toBeGreaterThan(0);
    expect(await namesIn(list)).toEqual(['a:1']);
    expect(await redis.zrange('antiphon:servers', '0', '-1')).not.toContain('killed:9');
  });

  it('are a hundred at most', async () => {
    const { url } = await startedRedis();
    const redis = new LastingRedis(redisAddress(url), {});
    closings.push(() => redis.disconnect());
    for (let other = 0; other < 150; other++) {
      const standing = { name: `x:${other}`, sessions: 0, max: 1, tenants: {} };
      await redis.set(`antiphon:servers:x:${other}`, JSON.stringify(standing));
      await redis.zadd('antiphon:servers', other, `x:${other}`);
    }
    const list = opened('a:1', url);
    await expect.poll(() => redis.zcard('antiphon:servers')).toBe(100);
    expect(await namesIn(list)).toHaveLength(100);
  });
});
