import type { Clock, TimerHandle } from '@antiphon/session';
import type { WebSocket } from 'ws';

/** Often enough for proxies that close idle connections after a minute or half of one. */
const INTERVAL_MS = 20_000;

/** The close code for who breaks a rule, here that of answering pings. */
const POLICY_VIOLATION = 1008;
const NO_SIGN_OF_LIFE = 'No pong and no message for 20 seconds.';

interface Watch {
  isAlive: boolean;
  beatAtMs: number;
  /** When the ping that nobody has answered yet was sent. */
  pingedAtMs: number | null;
}

/**
 * Pings WebSockets, each 20 s after it came and every 20 s from then on, and drops those whose
 * other side is gone without a word: nothing was heard of it, neither a pong nor a message, since
 * the ping before. A side that still reads is told why.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #onDropped: () => void;
  /** In the order of their next beats, since all wait equally long. */
  readonly #sockets = new Map<WebSocket, Watch>();
  #timer: TimerHandle | null = null;

  /** `onDropped` is told of each socket that is dropped. */
  constructor(clock: Clock, onDropped: () => void = () => {}) {
    this.#clock = clock;
    this.#onDropped = onDropped;
  }

  /** Watches a socket until it closes; `onRoundTrip` is told how long each pong took. */
  add(socket: WebSocket, onRoundTrip: (rttMs: number) => void = () => {}): void {
    const beatAtMs = this.#clock.now() + INTERVAL_MS;
    const watch: Watch = { isAlive: true, beatAtMs, pingedAtMs: null };
    const hear = () => {
      watch.isAlive = true;
    };
    socket.on('pong', () => {
      hear();
      const { pingedAtMs } = watch;
      watch.pingedAtMs = null;
      // A pong may come without a ping.
      if (pingedAtMs !== null) onRoundTrip(this.#clock.now() - pingedAtMs);
    });
    socket.on('message', hear);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.close();
    });
    this.#sockets.set(socket, watch);
    this.#timer ??= this.#clock.setTimeout(() => this.#beat(), INTERVAL_MS);
  }

  /** Stops pinging; sockets stay as they are. */
  close(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #beat(): void {
    this.#timer = null;
    const now = this.#clock.now();
    for (const [socket, watch] of this.#sockets) {
      if (watch.beatAtMs > now) break;
      if (watch.isAlive) this.#ping(socket, watch);
      else this.#drop(socket);
    }
    const [next] = this.#sockets.values();
    if (!next) return;
    const waitMs = Math.max(0, next.beatAtMs - now);
    this.#timer ??= this.#clock.setTimeout(() => this.#beat(), waitMs);
  }

  #ping(socket: WebSocket, watch: Watch): void {
    watch.isAlive = false;
    watch.beatAtMs += INTERVAL_MS;
    this.#sockets.delete(socket);
    this.#sockets.set(socket, watch);
    if (socket.readyState !== socket.OPEN) return;
    watch.pingedAtMs = this.#clock.now();
    socket.ping();
  }

  #drop(socket: WebSocket): void {
    this.#sockets.delete(socket);
    this.#onDropped();
    if (socket.readyState === socket.OPEN) socket.close(POLICY_VIOLATION, NO_SIGN_OF_LIFE);
    // It would be waited for in vain.
    socket.terminate();
  }
}
