import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { speakTurn } from './testing/spoken-turn.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';

const collectors: Server[] = [];

afterEach(async () => {
  for (const collector of collectors.splice(0)) {
    collector.closeAllConnections();
    collector.close();
    await once(collector, 'close');
  }
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port where nothing listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function failingPort(): Promise<number> {
  const collector = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(500).end('marked-answer'));
  });
  collectors.push(collector);
  return listening(collector);
}

describe('a collector that refuses', () => {
  it.each([
    ['by a closed port', closedPort, 'ECONNREFUSED'],
    ['by HTTP 500', failingPort, '500'],
  ] as const)('%s, is told of once, and calls go on', async (_how, portOf, reason) => {
    const base = `http://127.0.0.1:${await portOf()}`;
    const query = '?token=marked-token';
    const server = await startTestServer({
      otlpMetricsUrl: `${base}/v1/metrics${query}`,
      tracing: {
        url: `${base}/v1/traces${query}`,
        serviceName: 'test',
        ratio: 1,
        keepsPrivate: false,
      },
    });
    const warned = () =>
      server.logged.lines
        .filter(({ level }) => Number(level) >= 40)
        .map((line) => [line['msg'], line['reason']]);
    const call = async () => {
      const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
      await client.message('session.created');
      speakTurn(client);
      await client.message('response.output_audio.done');
      await client.close();
    };
    const traces = [
      'traces cannot be delivered: those that wait too long are lost',
      reason,
    ] as const;
    await call();
    await expect.poll(warned, { timeout: 20_000 }).toEqual([traces]);
    await call();
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    expect((await fetch(`${server.url}/metrics`, { headers })).status).toBe(200);
    await server.close();
    const [first, ...others] = warned();
    expect(first).toEqual(traces);
    // The last export of metrics, which closing does not wait for while it is tried again.
    expect([[], [['metrics cannot be sent to the collector', reason]]]).toContainEqual(others);
    expect(server.logged.text).not.toContain('marked-');
  });
});
