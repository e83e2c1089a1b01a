import type { Clock, TimerHandle } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import { isLasting } from '../upstream/provider-fault.ts';
import { providerFault } from './provider-fault.ts';
import { SharedSocket } from './shared-socket.ts';
import { SocketSeat } from './socket-seat.ts';
import type { SocketLease, SocketUser } from './socket-seat.ts';
import type { SocketAddress, SocketFrame } from './warm-socket.ts';

/** Before the first, second … attempt after a failure; the last one again and again. */
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000, 10_000] as const;

/** A wrong key is not tried for every answer. */
const LASTING_RETRY_MS = 10_000;

/** A connection that lasts so long, or that somebody got a frame from, was a good one. */
const GOOD_AFTER_MS = 5_000;

/** Users that may wait for a connection; one more is refused with `queue_full`. */
const MAX_WAITING = 200;

/** What the connections of {@link WarmSockets} are and how many. */
export interface WarmSocketsOptions {
  /** The provider's name, as messages have it. */
  readonly provider: string;
  /** Asked for each connection. */
  readonly address: () => SocketAddress;
  readonly clock: Clock;
  /** Connections with room that are kept open; 1 unless given, 0 opens none in advance. */
  readonly warm?: number;
  /** Never more than this at once; 20 unless given. */
  readonly maxConnections?: number;
  /** Users of one connection at once; 1 unless given. */
  readonly maxUsers?: number;
  /** Users of one connection one after the other, after which it is closed; any number unless given. */
  readonly maxUses?: number;
  /** A connection that nobody used for so long is replaced, before the provider closes it. */
  readonly idleMs?: number;
  /** A connection open for so long takes no further users, before the provider closes it. */
  readonly maxAgeMs?: number;
  /** Text sent on each connection as soon as it is open. */
  readonly greeting?: string;
  /** Text sent on each connection before it is closed from here. */
  readonly farewell?: string;
  /** A frame that ends its connection, whoever uses it; undefined for all others. */
  readonly faultOf?: (frame: SocketFrame) => PipelineError | undefined;
  /** Text sent every so often on each open connection, for providers that count frames, not pings. */
  readonly keepAlive?: { readonly text: string; readonly everyMs: number };
  /**
   * Whose frame it is: the `id` of a user; undefined for all users of the connection. A frame of
   * nobody is dropped, for it belongs to a user who left. Unless given, all users get all frames.
   */
  readonly userOf?: (frame: SocketFrame) => string | undefined;
  /** To the open connection, and the longest wait for room on one; 2,000 unless given. */
  readonly connectMs?: number;
  /** Between pings; 20,000 unless given. */
  readonly pingMs?: number;
}

/**
 * WebSocket connections to one provider, shared by all sessions of a process: opened before they are
 * needed, kept alive, replaced when lost (with a growing pause while the provider refuses them),
 * bounded in number, and closed at the end. A connection serves up to `maxUsers` at a time.
 */
export class WarmSockets {
  readonly #options: WarmSocketsOptions;
  readonly #maxConnections: number;
  readonly #connections = new Set<SharedSocket>();
  #waiting: SocketSeat[] = [];
  readonly #closing = new Set<Promise<void>>();
  #retry: TimerHandle | null = null;
  #failures = 0;
  #fault: PipelineError | null = null;
  #triedAtMs = -Infinity;
  #isClosed = false;

  constructor(options: WarmSocketsOptions) {
    this.#options = options;
    this.#maxConnections = options.maxConnections ?? 20;
    this.#fill();
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * A seat on a connection with room, on a new one, or in line for one. What is sent before the
   * connection is open is sent then. A user that cannot be served is told so later, by `lost`.
   */
  lease(user: SocketUser): SocketLease {
    const { provider, clock } = this.#options;
    const seat = new SocketSeat(user, clock, (left, isSpoiled) => this.#leave(left, isSpoiled));
    if (this.#isClosed) seat.loseSoon(providerFault(provider, 'closed', 'it was closed'));
    else if (this.#lastingFault) seat.loseSoon(this.#lastingFault);
    else this.#seat(seat);
    return seat;
  }

  /** Closes all connections; users are told nothing. Resolves when they are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopRetry();
    for (const seat of this.#waiting) seat.drop();
    this.#waiting = [];
    for (const connection of this.#connections) this.#discard(connection);
    await Promise.all(this.#closing);
  }

  /** What will not pass by itself, while it is fresh. */
  get #lastingFault(): PipelineError | null {
    const isFresh = this.#options.clock.now() - this.#triedAtMs < LASTING_RETRY_MS;
    return this.#connections.size === 0 && this.#fault && isLasting(this.#fault) && isFresh
      ? this.#fault
      : null;
  }

  #seat(seat: SocketSeat): void {
    const connection = this.#roomiest() ?? this.#openFor();
    if (connection) {
      connection.take(seat);
      this.#fill();
    } else if (this.#waiting.length >= MAX_WAITING) {
      seat.loseSoon(providerFault(this.#options.provider, 'queue_full', `${MAX_WAITING} wait`));
    } else {
      this.#waiting.push(seat);
      const { provider, connectMs = 2_000 } = this.#options;
      seat.waitUntil(connectMs, () => {
        this.#forget(seat);
        const note = `no room on a connection in ${connectMs} ms`;
        return this.#fault ?? providerFault(provider, 'provider_timeout', note);
      });
    }
  }

  /** The one with the fewest users of those that may take one more, open ones first. */
  #roomiest(): SharedSocket | null {
    let best: SharedSocket | null = null;
    for (const connection of this.#connections) {
      if (!connection.hasRoom) continue;
      if (best === null || connection.isBetterThan(best)) best = connection;
    }
    return best;
  }

  /** A new connection, unless there are enough or one failed a moment ago. */
  #openFor(): SharedSocket | null {
    if (this.#connections.size >= this.#maxConnections) return null;
    const { clock } = this.#options;
    if (this.#failures > 0 && clock.now() - this.#triedAtMs < RETRY_MS[0]) return null;
    return this.#open();
  }

  /** Keeps as many connections with room as there should be. */
  #fill(): void {
    if (this.#isClosed || this.#failures > 0) return;
    const { warm = 1 } = this.#options;
    const ready = [...this.#connections].filter((one) => one.hasRoom && !one.isStale).length;
    for (let count = ready; count < warm; count++) {
      if (this.#connections.size >= this.#maxConnections) break;
      this.#open();
    }
  }

  #open(): SharedSocket {
    const { clock, connectMs = 2_000, pingMs = 20_000 } = this.#options;
    this.#triedAtMs = clock.now();
    const connection: SharedSocket = new SharedSocket({
      ...this.#options,
      address: this.#options.address(),
      connectMs,
      pingMs,
      onOpen: () => this.#opened(connection),
      onLost: (fault) => this.#lost(connection, fault),
      onIdle: () => this.#replace(connection),
      onAged: () => this.#age(connection),
    });
    this.#connections.add(connection);
    return connection;
  }

  #opened(connection: SharedSocket): void {
    this.#stopRetry();
    this.#admit();
    for (const other of this.#connections) {
      if (other !== connection && other.isStale && other.isIdle) this.#discard(other);
    }
  }

  /** Somebody left: there may be room, or a connection to be closed. */
  #leave(seat: SocketSeat, isSpoiled: boolean): void {
    this.#forget(seat);
    const connection = [...this.#connections].find((one) => one.holds(seat));
    if (!connection) return;
    connection.leave(seat);
    if (isSpoiled) connection.retire();
    else if (connection.wasUseful) this.#succeeded();
    if (connection.isDone) this.#discard(connection);
    this.#admit();
    this.#fill();
  }

  #lost(connection: SharedSocket, fault: PipelineError): void {
    this.#connections.delete(connection);
    const { clock } = this.#options;
    const isGood = connection.wasUseful || clock.now() - connection.openedAtMs >= GOOD_AFTER_MS;
    if (isGood) this.#succeeded();
    else {
      this.#failures += 1;
      this.#fault = fault;
    }
    for (const seat of connection.seats()) seat.lose(fault);
    if (this.#isClosed) return;
    if (isGood) {
      this.#admit();
      this.#fill();
    } else this.#retryLater();
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#fault = null;
    this.#stopRetry();
  }

  /** Tries again after a pause, for those in line and for what is kept warm. */
  #retryLater(): void {
    if (this.#retry !== null) return;
    const paceMs = RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1] ?? RETRY_MS[0];
    const isLastingFault = this.#fault !== null && isLasting(this.#fault);
    const delayMs = isLastingFault ? Math.max(paceMs, LASTING_RETRY_MS) : paceMs;
    const { warm = 1 } = this.#options;
    if (warm === 0 && this.#waiting.length === 0) return;
    this.#retry = this.#options.clock.setTimeout(() => {
      this.#retry = null;
      if (this.#connections.size < this.#maxConnections && !this.#roomiest()) this.#open();
      this.#admit();
    }, delayMs);
  }

  /** Gives room to those in line. */
  #admit(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#roomiest() ?? this.#openFor();
      if (!connection) break;
      connection.take(this.#waiting.shift()!);
    }
  }

  /** It was idle for long: closed where others have room, else as soon as another is open. */
  #replace(connection: SharedSocket): void {
    connection.markStale();
    const { warm = 1 } = this.#options;
    const others = [...this.#connections].filter((one) => one.hasRoom && !one.isStale);
    if (others.length >= warm && (warm === 0 || others.some((one) => one.isOpen))) {
      this.#discard(connection);
    } else this.#fill();
  }

  /** It is old: replaced when nobody uses it, else after its last user. */
  #age(connection: SharedSocket): void {
    if (connection.isIdle) this.#replace(connection);
    else {
      connection.retire();
      this.#fill();
    }
  }

  #discard(connection: SharedSocket): void {
    this.#connections.delete(connection);
    const gone = connection.close().finally(() => this.#closing.delete(gone));
    this.#closing.add(gone);
  }

  #forget(seat: SocketSeat): void {
    if (this.#waiting.includes(seat)) this.#waiting = this.#waiting.filter((one) => one !== seat);
  }

  #stopRetry(): void {
    if (this.#retry !== null) this.#options.clock.clearTimeout(this.#retry);
    this.#retry = null;
  }
}
