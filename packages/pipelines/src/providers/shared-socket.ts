import type { TimerHandle } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import { WarmSocket } from './warm-socket.ts';
import type { SocketFrame, WarmSocketOptions } from './warm-socket.ts';
import type { SocketSeat } from './socket-seat.ts';

/** What a {@link SharedSocket} is part of. */
export interface SharedSocketOptions extends WarmSocketOptions {
  readonly maxUsers?: number;
  readonly maxUses?: number;
  readonly idleMs?: number;
  readonly maxAgeMs?: number;
  readonly keepAlive?: { readonly text: string; readonly everyMs: number };
  readonly userOf?: (frame: SocketFrame) => string | undefined;
  readonly faultOf?: (frame: SocketFrame) => PipelineError | undefined;
  readonly onOpen: () => void;
  /** It is gone; its seats are not told. */
  readonly onLost: (fault: PipelineError) => void;
  /** Nobody used it for `idleMs`. */
  readonly onIdle: () => void;
  /** It has been open for `maxAgeMs`. */
  readonly onAged: () => void;
}

/** A connection with seats. */
export class SharedSocket {
  /** Infinite until it is open. */
  openedAtMs = Infinity;
  /** Somebody got a frame from it. */
  wasUseful = false;
  readonly #options: SharedSocketOptions;
  readonly #socket: WarmSocket;
  readonly #seats = new Map<string, SocketSeat>();
  #uses = 0;
  #isRetired = false;
  #isStale = false;
  #idleTimer: TimerHandle | null = null;
  #keepAliveTimer: TimerHandle | null = null;
  #ageTimer: TimerHandle | null = null;

  constructor(options: SharedSocketOptions) {
    this.#options = options;
    this.#socket = new WarmSocket(options, {
      opened: () => this.#opened(),
      frame: (frame) => this.#hear(frame),
      lost: (fault) => {
        this.#stopTimers();
        options.onLost(fault);
      },
    });
  }

  get isOpen(): boolean {
    return this.#socket.isOpen;
  }

  get hasRoom(): boolean {
    const { maxUsers = 1, maxUses = Infinity } = this.#options;
    return !this.#isRetired && this.#seats.size < maxUsers && this.#uses < maxUses;
  }

  get isIdle(): boolean {
    return this.#seats.size === 0;
  }

  /** It may be closed by the provider soon. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Nobody uses it, and nobody will. */
  get isDone(): boolean {
    return this.isIdle && (this.#isRetired || this.#uses >= (this.#options.maxUses ?? Infinity));
  }

  /** Open ones go before others, fresh ones before stale ones, then those with fewer users. */
  isBetterThan(other: SharedSocket): boolean {
    if (this.isOpen !== other.isOpen) return this.isOpen;
    if (this.#isStale !== other.#isStale) return other.#isStale;
    return this.#seats.size < other.#seats.size;
  }

  take(seat: SocketSeat): void {
    this.#uses += 1;
    this.#seats.set(seat.user.id, seat);
    this.#stopIdle();
    seat.seated();
    if (this.isOpen) this.#openSeat(seat);
  }

  holds(seat: SocketSeat): boolean {
    return this.#seats.get(seat.user.id) === seat;
  }

  leave(seat: SocketSeat): void {
    this.#seats.delete(seat.user.id);
    if (this.isIdle && this.isOpen && !this.isDone) this.#watchIdle();
  }

  /** Takes no more users. */
  retire(): void {
    this.#isRetired = true;
  }

  markStale(): void {
    this.#isStale = true;
  }

  seats(): SocketSeat[] {
    return [...this.#seats.values()];
  }

  close(): Promise<void> {
    this.#stopTimers();
    for (const seat of this.#seats.values()) seat.drop();
    this.#seats.clear();
    return this.#socket.close();
  }

  #opened(): void {
    this.openedAtMs = this.#options.clock.now();
    this.#keepAlive();
    this.#watchAge();
    for (const seat of this.#seats.values()) this.#openSeat(seat);
    if (this.isIdle) this.#watchIdle();
    this.#options.onOpen();
  }

  #openSeat(seat: SocketSeat): void {
    seat.open((data) => this.#socket.send(data));
  }

  #hear(frame: SocketFrame): void {
    const fault = this.#options.faultOf?.(frame);
    if (fault) {
      this.#socket.fail(fault);
      return;
    }
    const id = this.#options.userOf?.(frame);
    if (id !== undefined) {
      const seat = this.#seats.get(id);
      if (!seat) return;
      this.wasUseful = true;
      seat.hear(frame);
      return;
    }
    for (const seat of this.seats()) {
      if (!this.#options.userOf) this.wasUseful = true;
      seat.hear(frame);
    }
  }

  #keepAlive(): void {
    const { keepAlive, clock } = this.#options;
    if (!keepAlive) return;
    this.#keepAliveTimer = clock.setTimeout(() => {
      this.#socket.send(keepAlive.text);
      this.#keepAlive();
    }, keepAlive.everyMs);
  }

  #watchAge(): void {
    const { maxAgeMs, clock, onAged } = this.#options;
    if (maxAgeMs === undefined) return;
    this.#ageTimer = clock.setTimeout(() => {
      this.#ageTimer = null;
      onAged();
    }, maxAgeMs);
  }

  #watchIdle(): void {
    const { idleMs, clock, onIdle } = this.#options;
    this.#stopIdle();
    if (idleMs === undefined) return;
    this.#idleTimer = clock.setTimeout(() => {
      this.#idleTimer = null;
      onIdle();
    }, idleMs);
  }

  #stopIdle(): void {
    if (this.#idleTimer !== null) this.#options.clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }

  #stopTimers(): void {
    this.#stopIdle();
    if (this.#keepAliveTimer !== null) this.#options.clock.clearTimeout(this.#keepAliveTimer);
    this.#keepAliveTimer = null;
    if (this.#ageTimer !== null) this.#options.clock.clearTimeout(this.#ageTimer);
    this.#ageTimer = null;
  }
}
