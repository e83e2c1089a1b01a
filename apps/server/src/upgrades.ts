import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { UpgradeQueue } from './upgrade-queue.ts';

/** Takes the upgrade requests of one endpoint. */
export interface UpgradeHandler {
  handle(request: IncomingMessage, url: URL, connection: { socket: Duplex; head: Buffer }): void;
}

/** The WebSocket endpoints. */
export interface UpgradeRoutes {
  readonly realtime: UpgradeHandler;
  readonly feed: UpgradeHandler;
  readonly console: UpgradeHandler;
}

/** Where Azure speaks the beta dialect; its clients send no header that says so. */
export const AZURE_BETA_PATH = '/openai/realtime';

/** What every WebSocket server here is opened with; its types do not know `closeTimeout` yet. */
export const SOCKET_OPTIONS = {
  noServer: true,
  // Base64 audio hardly shrinks, and compressing it costs time and memory per connection.
  perMessageDeflate: false,
  // A client that does not answer the end of its connection is not waited for any longer, in ms.
  closeTimeout: 5_000,
};

/** The API's path, the same without its version, and the two that Azure's resources have. */
const REALTIME_PATHS = new Set([
  '/v1/realtime',
  '/realtime',
  '/openai/v1/realtime',
  AZURE_BETA_PATH,
]);
const CONSOLE_PATH = '/console/feed';
const FEED_PATH = /^\/sessions\/[^/]+\/feed$/u;

/**
 * Sends each upgrade request of the server to its endpoint, a few in one turn of the event loop.
 * Others get a 404, and a 503 when very many wait.
 */
export function routeUpgrades(server: Server, routes: UpgradeRoutes): void {
  const queue = new UpgradeQueue();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = URL.canParse(request.url ?? '', 'http://localhost')
      ? new URL(request.url ?? '', 'http://localhost')
      : null;
    const handler = url && handlerFor(url, routes);
    if (!handler) {
      refuseUpgrade(socket, 404);
      return;
    }
    // A connection that fails while it waits has nobody else who hears of it.
    const drop = () => socket.destroy();
    socket.on('error', drop);
    const isTaken = queue.add(() => {
      socket.off('error', drop);
      handler.handle(request, url, { socket, head });
    });
    if (!isTaken) refuseUpgrade(socket, 503);
  });
}

function handlerFor({ pathname }: URL, routes: UpgradeRoutes): UpgradeHandler | null {
  const { realtime, feed } = routes;
  if (REALTIME_PATHS.has(pathname)) return realtime;
  if (pathname === CONSOLE_PATH) return routes.console;
  return FEED_PATH.test(pathname) ? feed : null;
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    // A client that does not close its side would be held for ever.
    () => socket.destroy(),
  );
}
