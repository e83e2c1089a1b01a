import type { Fleet } from '@antiphon/observability';
import { ToolWorker } from '@antiphon/tools';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClient } from '../testing/test-client.ts';
import { startTestServer, TEST_KEY } from '../testing/test-server.ts';
import type { TestServer } from '../testing/test-server.ts';

const closings: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

async function started(redisUrl: string): Promise<TestServer> {
  const server = await startTestServer({ redisUrl });
  closings.push(() => server.close());
  return server;
}

const ask = (server: TestServer, url: string) =>
  fetch(`${server.url}${url}`, { headers: { authorization: `Bearer ${TEST_KEY}` } });

const fleetOf = async (server: TestServer) =>
  (await (await ask(server, '/console/fleet')).json()) as Fleet;

/** A call is taken, and everything that the console's pages ask is answered. */
async function expectEverythingAnswers(server: TestServer): Promise<void> {
  const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
  const { session } = await client.message('session.created');
  const { id } = session as { id: string };
  const paths = ['/', '/talk', '/fleet', `/s/${id}`, '/agents', '/metrics', '/console/chart'];
  for (const url of [...paths, '/console/sessions', `/console/sessions/${id}`]) {
    expect([url, (await ask(server, url)).status]).toEqual([url, 200]);
  }
  await client.close();
}

describe.skipIf(isRedisMissing)('the console', () => {
  it('says that Redis is gone, answers all the same, and says when it is back', async () => {
    const redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    const server = await started(redis.url);
    const standing = async () => (await fleetOf(server)).queue;
    await expect.poll(standing).toMatchObject({ state: 'there' });
    await redis.kill();
    await expect.poll(standing).toEqual({ state: 'away' });
    await expectEverythingAnswers(server);
    expect((await fleetOf(server)).workers).toHaveLength(1);
    const queue = await ask(server, '/admin/queues');
    expect([queue.status, await queue.text()]).toEqual([
      503,
      expect.stringContaining('Redis cannot be reached'),
    ]);
    await redis.restart();
    await expect.poll(standing).toMatchObject({ state: 'there' });
  });

  it('says it of a Redis that was never there', async () => {
    const server = await started('unix:///nowhere/redis.sock');
    expect((await fleetOf(server)).queue).toEqual({ state: 'away' });
    await expectEverythingAnswers(server);
  });

  it('says how many workers take queued tools, none among it', async () => {
    const redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    const server = await started(redis.url);
    const standing = async () => (await fleetOf(server)).queue;
    await expect.poll(standing).toEqual({ state: 'there', workers: 0, waiting: 0 });
    await expectEverythingAnswers(server);
    expect((await ask(server, '/admin/queues')).status).toBe(200);
    const worker = new ToolWorker({ url: redis.url, agents: new Map(), followUps: null });
    closings.push(() => worker.close());
    await expect.poll(standing).toEqual({ state: 'there', workers: 1, waiting: 0 });
  });
});
