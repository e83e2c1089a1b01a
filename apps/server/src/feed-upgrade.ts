import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { offeredSubprotocols } from '@antiphon/protocol';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Access } from './access.ts';
import type { ApiKeys } from './api-key.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { FeedSocket } from './feed-socket.ts';
import type { Heartbeat } from './heartbeat.ts';
import { headerKey } from './request-key.ts';
import type { SessionFeed } from './session-feed.ts';
import { SOCKET_OPTIONS } from './upgrades.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What a browser offers next to {@link KEY_SUBPROTOCOL_PREFIX} and its key. */
const FEED_SUBPROTOCOL = 'antiphon.feed';
const KEY_SUBPROTOCOL_PREFIX = 'antiphon-key.';

/** Watchers send nothing. */
const MAX_PAYLOAD_BYTES = 1024;

const INVALID_KEY = { code: 4401, reason: 'Incorrect API key provided.' };
const BEYOND_SECRET = { code: 4403, reason: 'A client secret opens no feed; use an API key.' };
const UNKNOWN_SESSION = { code: 4404, reason: 'No such session, or it ended some time ago.' };
const BAD_POSITION = { code: 4400, reason: "'after' must be a whole number from 0." };
const FORGOTTEN = { code: 4410, reason: "Events after 'after' are forgotten; leave it out." };

/** What the feed endpoint needs. */
export interface FeedUpgradeOptions {
  readonly keys: ApiKeys;
  readonly secrets: ClientSecrets;
  readonly heartbeat: Heartbeat;
  readonly waitingRoom: WaitingRoom;
  /** The feed of a session that lives or ended lately; null too where it is another's. */
  readonly feedOf: (sessionId: string, access: Access) => SessionFeed | null;
}

/**
 * `/sessions/{id}/feed`: a session's feed, one JSON text per message. The key comes in the
 * `Authorization` or `api-key` header, or as a subprotocol; never in the URL, which ends up in logs
 * and histories.
 */
export class FeedUpgrade {
  readonly #options: FeedUpgradeOptions;
  readonly #server = new WebSocketServer({
    ...SOCKET_OPTIONS,
    maxPayload: MAX_PAYLOAD_BYTES,
    handleProtocols: (offered) => (offered.has(FEED_SUBPROTOCOL) ? FEED_SUBPROTOCOL : false),
  });

  constructor(options: FeedUpgradeOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, url: URL, connection: { socket: Duplex; head: Buffer }): void {
    this.#server.handleUpgrade(request, connection.socket, connection.head, (socket) => {
      // A failed connection closes after its error; there is nothing else to do about it.
      socket.on('error', () => {});
      this.#options.heartbeat.add(socket);
      this.#open(socket, request, url);
    });
  }

  /** Drops the connections that are still open. */
  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #open(socket: WebSocket, request: IncomingMessage, url: URL): void {
    const key = headerKey(request.headers) ?? subprotocolKey(request);
    const { keys, secrets } = this.#options;
    const access = keys.accessOf(key);
    if (!access) {
      return close(socket, secrets.grantOf(key) ? BEYOND_SECRET : INVALID_KEY);
    }
    const feed = this.#options.feedOf(url.pathname.split('/')[2] ?? '', access);
    if (!feed) return close(socket, UNKNOWN_SESSION);
    const after = url.searchParams.get('after');
    if (after !== null && !/^\d{1,15}$/u.test(after)) return close(socket, BAD_POSITION);
    const stop = feed.watch(new FeedSocket(socket), after === null ? null : Number(after));
    if (!stop) return close(socket, FORGOTTEN);
    this.#options.waitingRoom.letIn(request);
    socket.once('close', stop);
  }
}

/** The key that a browser, which cannot set headers, offers as a subprotocol. */
function subprotocolKey({ headers }: IncomingMessage): string | null {
  const name = offeredSubprotocols(headers['sec-websocket-protocol']).find((offered) =>
    offered.startsWith(KEY_SUBPROTOCOL_PREFIX),
  );
  return name?.slice(KEY_SUBPROTOCOL_PREFIX.length) ?? null;
}

function close(socket: WebSocket, { code, reason }: { code: number; reason: string }): void {
  socket.close(code, reason);
}
