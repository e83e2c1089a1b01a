import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ApiKeys } from '../api-key.ts';
import type { Heartbeat } from '../heartbeat.ts';
import { headerKey } from '../request-key.ts';
import { SOCKET_OPTIONS } from '../upgrades.ts';
import type { WaitingRoom } from '../waiting-room.ts';
import { isSameOrigin } from './console-logins.ts';
import type { ConsoleLogins } from './console-logins.ts';
import { ConsoleSocket } from './console-socket.ts';
import type { ConsoleSocketOptions } from './console-socket.ts';

/** A request names a session and a number. */
const MAX_PAYLOAD_BYTES = 1024;

/** What the console's feed needs. */
export interface ConsoleUpgradeOptions extends Omit<ConsoleSocketOptions, 'socket' | 'access'> {
  readonly keys: ApiKeys;
  readonly logins: ConsoleLogins;
  readonly heartbeat: Heartbeat;
  readonly waitingRoom: WaitingRoom;
}

/** `/console/feed`: for a browser that is logged in, from a page of this server, or with an API key. */
export class ConsoleUpgrade {
  readonly #options: ConsoleUpgradeOptions;
  readonly #server = new WebSocketServer({ ...SOCKET_OPTIONS, maxPayload: MAX_PAYLOAD_BYTES });

  constructor(options: ConsoleUpgradeOptions) {
    this.#options = options;
  }

  handle(
    request: IncomingMessage,
    _url: URL,
    { socket: duplex, head }: { socket: Duplex; head: Buffer },
  ): void {
    const { keys, logins, heartbeat, waitingRoom } = this.#options;
    const { headers } = request;
    const access =
      keys.accessOf(headerKey(headers)) ??
      (isSameOrigin(headers) ? logins.accessOf(headers) : null);
    if (!access) {
      duplex.on('error', () => duplex.destroy());
      duplex.end(
        'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
        () => duplex.destroy(),
      );
      return;
    }
    this.#server.handleUpgrade(request, duplex, head, (socket) => {
      // A failed connection closes after its error; there is nothing else to do about it.
      socket.on('error', () => {});
      heartbeat.add(socket);
      waitingRoom.letIn(request);
      const feed = new ConsoleSocket({ ...this.#options, access, socket });
      socket.on('message', (data: Buffer) => feed.hear(data.toString()));
      socket.once('close', () => feed.close());
    });
  }

  /** Drops the connections that are still open. */
  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}
