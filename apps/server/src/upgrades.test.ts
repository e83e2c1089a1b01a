import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import { routeUpgrades } from './upgrades.ts';

/** Twenty turns of the event loop. */
const MANY = 40;

/** A socket that keeps what is written to it; the other side says nothing. */
class Socket extends Duplex {
  written = '';

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk.toString('latin1');
    done();
  }
}

/** What the socket was answered, once it is closed. */
async function answerTo(socket: Socket): Promise<string> {
  await once(socket, 'close');
  return socket.written;
}

/** A server that never listens: upgrade requests are handed to it, and handled ones are counted. */
function unplugged() {
  const server = createServer();
  const handled: string[] = [];
  const handler = {
    handle: (_request: unknown, { pathname }: URL) => void handled.push(pathname),
  };
  routeUpgrades(server, { realtime: handler, feed: handler, console: handler });
  const ask = (url: string) => {
    const socket = new Socket();
    server.emit('upgrade', { url }, socket, Buffer.alloc(0));
    return socket;
  };
  return { handled, ask };
}

describe('routeUpgrades', () => {
  it('answers 404 at once to paths that are no endpoint', async () => {
    const { handled, ask } = unplugged();
    for (let count = 0; count < 3; count += 1) ask('/v1/realtime');
    expect(await answerTo(ask('/v1/elsewhere'))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/u);
    expect(handled).toHaveLength(2);
  });

  it('answers 503 when too many wait', async () => {
    const { ask } = unplugged();
    for (let count = 0; count < 2 + 4096; count += 1) ask('/sessions/sess_1/feed');
    expect(await answerTo(ask('/v1/realtime'))).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/u);
  });

  it('drops a connection that fails while it waits, and goes on', async () => {
    const { handled, ask } = unplugged();
    const [, , failing] = Array.from({ length: 4 }, () => ask('/v1/realtime'));
    expect(handled).toHaveLength(2);
    failing!.emit('error', new Error('reset'));
    expect(failing!.destroyed).toBe(true);
    await nextTurn();
    expect(handled).toHaveLength(4);
  });
});

describe('a client that is refused and does not close its side', () => {
  it('is not held', async () => {
    const server = await startTestServer();
    const port = Number(new URL(server.url).port);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(
      'GET /v1/elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/u);
    await once(socket, 'end');
    // Both ends are in this process.
    const held = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    await expect.poll(held).toBe(1);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
    await server.close();
  });
});

describe('connections that come in one moment', () => {
  it('all get a session, and an answer to what they send first', async () => {
    const server = await startTestServer({ maxSessions: MANY });
    const clients = await Promise.all(
      Array.from({ length: MANY }, async () => {
        const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
        client.send({ type: 'session.update', session: { type: 'realtime' } });
        return client;
      }),
    );
    const sessions = await Promise.all(clients.map((client) => client.message('session.updated')));
    const ids = sessions.map(({ session }) => (session as { id: string }).id);
    expect(new Set(ids).size).toBe(MANY);
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
  });
});
