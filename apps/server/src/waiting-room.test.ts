import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

let server: TestServer;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

interface Guest {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
}

/** A connection that is open. */
async function connected(): Promise<Guest> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  sockets.push(socket);
  // Whoever is dropped may be told so by a reset.
  socket.on('error', () => {});
  socket.resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  return { socket, closed };
}

/** The server has taken notice of everything before this: a guest says something, and is answered. */
async function answered({ socket }: Guest): Promise<void> {
  const answer = once(socket, 'data');
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await answer;
}

const warnings = () =>
  server.logged.lines.filter(({ level }) => level === 40).map(({ msg }) => msg);

describe('connections without a key', () => {
  it('are dropped, oldest first, when too many wait, and no caller is', async () => {
    server = await startTestServer({}, { mostWaiting: 2 });
    const caller = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    const first = await connected();
    const second = await connected();
    await answered(second);
    expect(first.socket.destroyed).toBe(false);
    expect(warnings()).toEqual([]);
    const third = await connected();
    await first.closed;
    const fourth = await connected();
    await second.closed;
    await answered(third);
    await answered(fourth);
    caller.send({ type: 'session.update', session: { type: 'realtime' } });
    await caller.message('session.updated');
    expect(warnings()).toEqual(['too many connections without a key: the oldest are dropped']);
    await caller.close();
  });

  it('count as new when they ask for something', async () => {
    server = await startTestServer({}, { mostWaiting: 2 });
    const asking = await connected();
    const silent = await connected();
    await answered(asking);
    await connected();
    await silent.closed;
    await answered(asking);
  });

  it('make room when they close', async () => {
    server = await startTestServer({}, { mostWaiting: 2 });
    const staying = await connected();
    for (let times = 0; times < 5; times += 1) {
      const leaving = await connected();
      await answered(leaving);
      leaving.socket.end();
      await leaving.closed;
    }
    await answered(staying);
    expect(warnings()).toEqual([]);
  });

  it('are such while they are being turned away', async () => {
    server = await startTestServer({}, { mostWaiting: 2 });
    const refused = await connected();
    refused.socket.write(
      'GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(refused.socket, 'data');
    await connected();
    await connected();
    await refused.closed;
  });
});
