import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A caller shows its key within a second of connecting, so even in a flood this many come and go
 * before it is the one that has waited longest. Each costs some 10 KB and an open file.
 */
const MOST_WAITING = 10_000;

/** What a room needs. */
export interface WaitingRoomOptions {
  /** {@link MOST_WAITING} unless given. */
  readonly mostWaiting?: number | undefined;
  /** Told when sockets begin to be dropped, once until it is half empty again. */
  readonly onFull: () => void;
}

/**
 * The sockets of a server whose clients have shown no good key: those that say nothing, that take
 * their time, that asked for a page, and those that are being turned away. There are only so many
 * of them at once; when there are more, the one that was silent longest is dropped.
 */
export class WaitingRoom {
  readonly #mostWaiting: number;
  readonly #onFull: () => void;
  /** Oldest first. */
  readonly #waiting = new Map<string, Socket>();
  #isFull = false;

  constructor({ mostWaiting = MOST_WAITING, onFull }: WaitingRoomOptions) {
    this.#mostWaiting = mostWaiting;
    this.#onFull = onFull;
  }

  /** Takes in whoever connects to this server, until it is let in or closes. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#enter(socket));
    server.prependListener('request', ({ socket }: IncomingMessage) => this.#hear(socket));
  }

  /** The client has shown a good key: its socket stays for as long as it likes. */
  letIn({ socket }: IncomingMessage): void {
    this.#waiting.delete(nameOf(socket));
  }

  #enter(socket: Socket): void {
    const name = nameOf(socket);
    this.#waiting.set(name, socket);
    socket.once('close', () => {
      if (this.#waiting.get(name) === socket) this.#waiting.delete(name);
      if (this.#waiting.size <= this.#mostWaiting / 2) this.#isFull = false;
    });
    if (this.#waiting.size > this.#mostWaiting) this.#dropOldest();
  }

  /** Who asks for something is the last to be dropped. */
  #hear(socket: Socket): void {
    const name = nameOf(socket);
    const waiting = this.#waiting.get(name);
    if (!waiting) return;
    this.#waiting.delete(name);
    this.#waiting.set(name, waiting);
  }

  #dropOldest(): void {
    const [oldest] = this.#waiting;
    if (!oldest) return;
    const [name, socket] = oldest;
    this.#waiting.delete(name);
    socket.destroy();
    if (this.#isFull) return;
    this.#isFull = true;
    this.#onFull();
  }
}

/** The ends of a connection, by which the socket under TLS and the one above it are the same. */
function nameOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
