import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A loopback address that passes connections on to a server. */
export interface PlainRelay {
  /** Its WebSocket address, without a path. */
  readonly url: string;
  /** Drops the connections there are; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens one that drops the header `OpenAI-Beta` from the handshake, as some proxies do. */
export async function openPlainRelay(serverUrl: string): Promise<PlainRelay> {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const server = createServer((outer) => {
    const inner = connect(Number(port), hostname);
    // A handshake fits the first chunk; what follows is frames.
    outer.once('data', (chunk) => {
      inner.write(chunk.toString('latin1').replace(/openai-beta:.*\r\n/iu, ''), 'latin1');
      outer.pipe(inner).pipe(outer);
    });
    for (const socket of [outer, inner]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
