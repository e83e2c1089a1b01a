import type { Clock, TimerHandle } from '@antiphon/session';
import type { WebSocket } from 'ws';

/** Often enough for proxies that close idle connections after a minute or half of one. */
const INTERVAL_MS = 20_000;

/**
 * Pings WebSockets and drops those whose other side is gone without a word: nothing was heard of
 * it, neither a pong nor a message, since the ping before.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #sockets = new Map<WebSocket, { isAlive: boolean }>();
  #timer: TimerHandle | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Watches a socket until it closes. */
  add(socket: WebSocket): void {
    const sign = { isAlive: true };
    const hear = () => {
      sign.isAlive = true;
    };
    socket.on('pong', hear);
    socket.on('message', hear);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.close();
    });
    this.#sockets.set(socket, sign);
    this.#timer ??= this.#clock.setTimeout(() => this.#beat(), INTERVAL_MS);
  }

  /** Stops pinging; sockets stay as they are. */
  close(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #beat(): void {
    this.#timer = this.#clock.setTimeout(() => this.#beat(), INTERVAL_MS);
    for (const [socket, sign] of this.#sockets) {
      if (!sign.isAlive) {
        socket.terminate();
        continue;
      }
      sign.isAlive = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }
}
