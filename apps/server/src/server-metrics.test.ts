import { afterEach, describe, expect, it } from 'vitest';
import { ParallelCallsEngine, pipelinesOf } from './testing/parallel-calls-engine.ts';
import { readPrometheusText } from './testing/prometheus-text.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const servers: TestServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function started(): Promise<TestServer> {
  const pipelines = pipelinesOf(new ParallelCallsEngine());
  const server = await startTestServer({}, { openPipelines: () => Promise.resolve(pipelines) });
  servers.push(server);
  return server;
}

async function scrape(server: TestServer) {
  const response = await fetch(`${server.url}/metrics`, {
    headers: { authorization: `Bearer ${TEST_KEY}` },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  return readPrometheusText(await response.text());
}

describe('/metrics', () => {
  it('has the live sessions of each agent', async () => {
    const server = await started();
    const sessions = async () => {
      const { types, samples } = await scrape(server);
      expect(types.get('antiphon_session_active')).toBe('gauge');
      return samples
        .filter(({ name }) => name === 'antiphon_session_active')
        .map(({ labels, value }) => [labels['gen_ai_agent_name'], value]);
    };
    expect(await sessions()).toEqual([
      ['greeter', 0],
      ['waiter', 0],
    ]);
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    await client.message('session.created');
    expect(await sessions()).toEqual([
      ['greeter', 0],
      ['waiter', 1],
    ]);
    await client.close();
    await expect.poll(sessions).toEqual([
      ['greeter', 0],
      ['waiter', 0],
    ]);
  });

  it('has the calls of a session, under one name where a client declared the tool', async () => {
    const server = await started();
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    const tools = [{ type: 'function', name: 'add' }];
    client.send({ type: 'session.update', session: { type: 'realtime', tools } });
    client.send({ type: 'response.create' });
    await client.message('response.done');
    for (const call_id of ['call_first', 'call_second']) {
      const item = { type: 'function_call_output', call_id, output: '7' };
      client.send({ type: 'conversation.item.create', item });
    }
    client.send({ type: 'response.create' });
    await client.message('response.output_audio_transcript.delta');
    const { types, samples } = await scrape(server);
    expect([...types].filter(([name]) => name.startsWith('antiphon_tool_'))).toEqual([
      ['antiphon_tool_duration', 'histogram'],
      ['antiphon_tool_calls_total', 'counter'],
    ]);
    expect(samples).toContainEqual({
      name: 'antiphon_tool_calls_total',
      labels: {
        gen_ai_tool_name: 'client_tool',
        gen_ai_agent_name: 'waiter',
        antiphon_tool_outcome: 'result',
      },
      value: 2,
    });
    await client.close();
  });

  it('counts the clients that are turned away, by reason', async () => {
    const server = await startTestServer({ maxSessions: 1, connectionsPerMinute: 4 });
    servers.push(server);
    const connect = (query: string, key = TEST_KEY) =>
      TestClient.open(`${server.wsUrl}/v1/realtime${query}`, { key });
    await (
      await connect('', 'sk-wrong')
    ).closed;
    await (
      await connect('?agent=nobody')
    ).closed;
    await (
      await connect('?events=all')
    ).closed;
    const client = await connect('');
    await client.message('session.created');
    await (
      await connect('')
    ).closed;
    await (
      await connect('')
    ).closed;
    const { samples } = await scrape(server);
    const rejected = samples
      .filter(({ name }) => name === 'antiphon_admission_rejected_total')
      .map(({ labels, value }) => [labels['antiphon_admission_reason'], value]);
    expect(rejected).toEqual([
      ['invalid_key', 1],
      ['unknown_agent', 1],
      ['unknown_events', 1],
      ['full', 1],
      ['connection_rate', 1],
    ]);
    await client.close();
  });

  it('is for keys, and not for the secrets of clients', async () => {
    const server = await started();
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    const made = await fetch(`${server.url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    const { value } = (await made.json()) as { value: string };
    const headers = { authorization: `Bearer ${value}` };
    expect((await fetch(`${server.url}/metrics`, { headers })).status).toBe(403);
  });
});
