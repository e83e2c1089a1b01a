import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes the upgrade requests of one endpoint. */
export interface UpgradeHandler {
  handle(request: IncomingMessage, url: URL, connection: { socket: Duplex; head: Buffer }): void;
}

/** The WebSocket endpoints. */
export interface UpgradeRoutes {
  readonly realtime: UpgradeHandler;
  readonly feed: UpgradeHandler;
}

/** Where Azure speaks the beta dialect; its clients send no header that says so. */
export const AZURE_BETA_PATH = '/openai/realtime';

/** The API's path, the same without its version, and the two that Azure's resources have. */
const REALTIME_PATHS = new Set([
  '/v1/realtime',
  '/realtime',
  '/openai/v1/realtime',
  AZURE_BETA_PATH,
]);
const FEED_PATH = /^\/sessions\/[^/]+\/feed$/u;

/** Sends each upgrade request of the server to its endpoint; others get a 404. */
export function routeUpgrades(server: Server, { realtime, feed }: UpgradeRoutes): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = URL.canParse(request.url ?? '', 'http://localhost')
      ? new URL(request.url ?? '', 'http://localhost')
      : null;
    if (url && REALTIME_PATHS.has(url.pathname)) realtime.handle(request, url, { socket, head });
    else if (url && FEED_PATH.test(url.pathname)) feed.handle(request, url, { socket, head });
    else refuseUpgrade(socket, 404);
  });
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
