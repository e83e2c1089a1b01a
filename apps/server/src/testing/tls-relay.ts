import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { connect, createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { StockServer } from './stock-server.ts';

/** What a beta client writes into its handshake, as header or among its subprotocols. */
const BETA_SIGNS = /openai-beta:.*\r\n|, ?openai-beta\.realtime-v1/giu;

/** A loopback address that passes connections on to a server, with the server's certificate. */
export interface TlsRelay {
  /** Its `https` address. */
  readonly url: string;
  /** Drops the connections there are; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens one; told to, it drops from handshakes what says that the client speaks the beta. */
export async function openTlsRelay(
  { url, selfSignedCertFile }: StockServer,
  { dropsDialect = false } = {},
): Promise<TlsRelay> {
  const certFile = selfSignedCertFile ?? '';
  const cert = await readFile(certFile);
  const key = await readFile(path.join(path.dirname(certFile), 'key.pem'));
  const { hostname: host, port } = new URL(url);
  const sockets = new Set<TLSSocket>();
  const relay = createServer({ cert, key }, (outer) => {
    const inner = connect({ host, port: Number(port), ca: cert });
    // A handshake fits the first chunk; what follows is frames.
    outer.once('data', (chunk) => {
      const text = chunk.toString('latin1');
      inner.write(dropsDialect ? text.replace(BETA_SIGNS, '') : text, 'latin1');
      outer.pipe(inner).pipe(outer);
    });
    for (const socket of [outer, inner]) {
      sockets.add(socket);
      // One that is cut off ends in an error as often as not.
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
    }
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    url: `https://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    cut,
    close: async () => {
      cut();
      relay.close();
      await once(relay, 'close');
    },
  };
}
