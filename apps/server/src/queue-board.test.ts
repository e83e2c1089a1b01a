import { PLAIN_TOOL } from '@antiphon/session';
import type { ToolDefinition } from '@antiphon/session';
import { BullmqToolRunner, ToolQueue, ToolWorker } from '@antiphon/tools';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { readPrometheusText } from './testing/prometheus-text.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const closings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

/** A server that has reached its Redis. */
async function started(redis: PrivateRedis | null): Promise<TestServer> {
  const server = await startTestServer({ redisUrl: redis?.url ?? null });
  closings.push(() => server.close());
  if (redis) await expect.poll(async () => (await get(server)).status).toBe(200);
  return server;
}

async function startedRedis(): Promise<PrivateRedis> {
  const redis = await PrivateRedis.start();
  closings.push(() => redis.close());
  return redis;
}

const bearer = { authorization: `Bearer ${TEST_KEY}` };
const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`operator:${password}`).toString('base64')}`,
});

const get = (server: TestServer, path = '', headers: Record<string, string> = bearer) =>
  fetch(`${server.url}/admin/queues${path}`, { headers });

interface ShownJob {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  readonly returnValue: unknown;
}

async function jobs(server: TestServer): Promise<ShownJob[]> {
  const response = await get(server, '/api/queues?activeQueue=tools&status=completed');
  const { queues } = (await response.json()) as { queues: { name: string; jobs: ShownJob[] }[] };
  expect(queues.map(({ name }) => name)).toEqual(['tools']);
  return queues[0]?.jobs ?? [];
}

const FIND: ToolDefinition = {
  ...PLAIN_TOOL,
  name: 'find_order',
  description: 'Finds an order.',
  parameters: { type: 'object' },
  runs: 'server',
  run: 'queued',
  timeoutMs: 5_000,
};

const FAIL: ToolDefinition = { ...FIND, name: 'fail_order' };

/** Runs both tools on a worker of its own. */
async function runTools(redis: PrivateRedis): Promise<void> {
  const definitions = [FIND, FAIL];
  const functions = new Map([
    ['find_order', () => ({ email: 'jane@example.com', city: 'Zanzibar' })],
    [
      'fail_order',
      () => {
        throw new Error('No order 4471 of jane@example.com.');
      },
    ],
  ]);
  const agents = new Map([['acme', { definitions, functions }]]);
  const worker = new ToolWorker({ url: redis.url, agents, followUps: null });
  closings.push(() => worker.close());
  const queue = new ToolQueue({ url: redis.url });
  closings.push(() => queue.close());
  const runner = new BullmqToolRunner(queue, { agent: 'acme', definitions });
  for (const [callId, { name }] of definitions.entries()) {
    const args = '{"order_id":"XK","address":{"street":"Elm","lines":["a"]}}';
    await runner.run(
      { sessionId: 'sess_1', callId: `call_${callId}`, name, arguments: args },
      new AbortController().signal,
    );
  }
}

describe('/admin/queues without a Redis', () => {
  it.each(['', '/', '/queue/tools', '/api/queues'])(
    'says at %j why there is none',
    async (path) => {
      const server = await started(null);
      const response = await get(server, path);
      expect(response.status).toBe(404);
      const { error } = (await response.json()) as { error: { message: string } };
      expect(error.message).toContain('Set REDIS_URL');
      expect((await get(server, path, {})).status).toBe(401);
    },
  );
});

describe.skipIf(isRedisMissing)('/metrics', () => {
  it('has the jobs that no worker has taken, none while Redis is away', async () => {
    const redis = await startedRedis();
    const server = await started(redis);
    const waiting = async () => {
      const response = await fetch(`${server.url}/metrics`, { headers: bearer });
      expect(response.status).toBe(200);
      const { samples } = readPrometheusText(await response.text());
      return samples.find(({ name }) => name === 'antiphon_tool_jobs_waiting')?.value;
    };
    await expect.poll(waiting).toBe(0);
    const queue = new ToolQueue({ url: redis.url });
    closings.push(() => queue.close());
    const runner = new BullmqToolRunner(queue, { agent: 'acme', definitions: [FIND] });
    const call = { sessionId: 'sess_1', callId: 'call_1', name: 'find_order', arguments: '{}' };
    const given = new AbortController();
    closings.push(async () => given.abort());
    void runner.run(call, given.signal);
    await expect.poll(waiting).toBe(1);
    await redis.close();
    await expect.poll(waiting).toBe(0);
  });
});

describe.skipIf(isRedisMissing)('/admin/queues', () => {
  it('is a page that a browser opens with a key as its password', async () => {
    const server = await started(await startedRedis());
    const asked = await get(server, '', {});
    expect(asked.status).toBe(401);
    expect(asked.headers.get('www-authenticate')).toMatch(/^Basic realm="/u);
    const page = await get(server, '', basic(TEST_KEY));
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await page.text();
    const [base = ''] = /(?<=<base href=")[^"]+/u.exec(html) ?? [];
    const scripts = [...html.matchAll(/<script defer src="([^"]+)"/gu)].map(([, src]) => src ?? '');
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      const url = new URL(script, `${server.url}${base}`);
      expect((await fetch(url)).status).toBe(401);
      expect((await fetch(url, { headers: basic(TEST_KEY) })).status).toBe(200);
    }
  });

  it.each([
    ['a wrong key', 401, basic('sk-wrong')],
    ['a user without a password', 401, { authorization: 'Basic b3BlcmF0b3I=' }],
    ['nothing that can be read', 401, { authorization: 'Basic ???' }],
    ['no key', 401, {}],
  ])('lets nobody in with %s', async (_what, status, headers) => {
    const server = await started(await startedRedis());
    expect((await get(server, '/api/queues', headers)).status).toBe(status);
  });

  it('lets no client secret in', async () => {
    const server = await started(await startedRedis());
    const url = `${server.url}/v1/realtime/client_secrets`;
    const made = await fetch(url, { method: 'POST', headers: bearer });
    const { value } = (await made.json()) as { value: string };
    expect((await get(server, '/api/queues', basic(value))).status).toBe(403);
  });

  it('shows what ran and how it ended, without what was said and answered', async () => {
    const redis = await startedRedis();
    const server = await started(redis);
    await runTools(redis);
    const shown = await jobs(server);
    expect(JSON.stringify(shown)).not.toMatch(/XK|jane|Elm|Zanzibar/u);
    expect(shown.find(({ name }) => name === 'find_order')).toMatchObject({
      data: {
        agent: 'acme',
        tool: 'find_order',
        sessionId: 'sess_1',
        callId: 'call_0',
        effect: 'at_most_once',
        arguments: { order_id: '…', address: { street: '…', lines: ['…'] } },
      },
      returnValue: { kind: 'result', output: '… (46 characters)' },
    });
    expect(shown.find(({ name }) => name === 'fail_order')).toMatchObject({
      returnValue: { kind: 'error', message: 'No order #### of j…@example.com.' },
    });
    const [{ id }] = shown as [ShownJob];
    const one = await (await get(server, `/api/queues/tools/${id}`)).text();
    expect(one).toContain('sess_1');
    expect(one).not.toMatch(/XK|jane|Elm|Zanzibar/u);
  });

  it('changes nothing, whoever asks', async () => {
    const redis = await startedRedis();
    const server = await started(redis);
    await runTools(redis);
    const before = await jobs(server);
    const id = before[0]?.id ?? '';
    for (const [method, path] of [
      ['PUT', `/${id}/retry`],
      ['PUT', `/${id}/clean`],
      ['PUT', '/retry/completed'],
      ['PUT', '/clean/completed'],
      ['PUT', '/empty'],
      ['PUT', '/obliterate'],
      ['PUT', '/pause'],
      ['POST', '/add'],
      ['PATCH', `/${id}/update-data`],
    ] as const) {
      const url = `${server.url}/admin/queues/api/queues/tools${path}`;
      const response = await fetch(url, { method, headers: bearer });
      expect([path, response.status]).toEqual([path, 405]);
    }
    expect(await jobs(server)).toEqual(before);
  });

  it('says that Redis is away, and shows the queue again when it is back', async () => {
    const redis = await startedRedis();
    const server = await started(redis);
    const status = async () => (await get(server, '/api/queues')).status;
    await expect.poll(status).toBe(200);
    await redis.kill();
    await expect.poll(status).toBe(503);
    const away = (await (await get(server, '/api/queues')).json()) as {
      error: { message: string };
    };
    expect(away.error.message).toContain('Redis cannot be reached');
    await redis.restart();
    await expect.poll(status).toBe(200);
  });
});
