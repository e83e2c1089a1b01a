import type { Clock, TimerHandle } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import type { SocketFrame } from './warm-socket.ts';

/** What may be sent before the connection is open: as much as it may hold back afterwards. */
const MAX_EARLY_BYTES = 1024 * 1024;

/** Somebody who uses a connection. */
export interface SocketUser {
  /** Unlike that of all others. */
  readonly id: string;
  frame(frame: SocketFrame): void;
  /** The connection is gone, or there is none. The last call, never from within `lease` or `send`. */
  lost(fault: PipelineError): void;
}

/** The use of a connection. */
export interface SocketLease {
  /** Whether what was sent has gone out; false while it is kept. */
  readonly isOpen: boolean;
  /** Sends text, or bytes as they are; before the connection is open it is kept until then. */
  send(data: string | Uint8Array): void;
  /**
   * Ends the use; nothing is told any more. `isSpoiled` says that the connection must not be used
   * by anybody else from now on, because it may still have something for this one.
   */
  release(isSpoiled?: boolean): void;
  /** The same after this long, unless it is released before; until then frames are still told. */
  releaseIn(ms: number, isSpoiled?: boolean): void;
}

/** The place of a user on a connection, or in line for one. */
export class SocketSeat implements SocketLease {
  readonly user: SocketUser;
  readonly #clock: Clock;
  readonly #onRelease: (seat: SocketSeat, isSpoiled: boolean) => void;
  #write: ((data: string | Uint8Array) => void) | null = null;
  #early: (string | Uint8Array)[] = [];
  #earlyBytes = 0;
  /** Of the wait for a place, and later of the release. */
  #timer: TimerHandle | null = null;
  #isOver = false;

  constructor(
    user: SocketUser,
    clock: Clock,
    onRelease: (seat: SocketSeat, isSpoiled: boolean) => void,
  ) {
    this.user = user;
    this.#clock = clock;
    this.#onRelease = onRelease;
  }

  get isOpen(): boolean {
    return this.#write !== null;
  }

  send(data: string | Uint8Array): void {
    if (this.#isOver) return;
    if (this.#write) this.#write(data);
    else if (this.#earlyBytes < MAX_EARLY_BYTES) {
      this.#early.push(data);
      this.#earlyBytes += data.length;
    }
  }

  release(isSpoiled = false): void {
    if (this.#isOver) return;
    this.drop();
    this.#onRelease(this, isSpoiled);
  }

  releaseIn(ms: number, isSpoiled = false): void {
    if (!this.#isOver) this.#after(ms, () => this.release(isSpoiled));
  }

  /** The connection is open and takes what is sent. */
  open(write: (data: string | Uint8Array) => void): void {
    this.#write = write;
    const early = this.#early;
    this.#early = [];
    for (const data of early) write(data);
  }

  hear(frame: SocketFrame): void {
    if (!this.#isOver) this.user.frame(frame);
  }

  /** Loses the place unless it has one by then. */
  waitUntil(limitMs: number, onLimit: () => PipelineError): void {
    this.#after(limitMs, () => this.lose(onLimit()));
  }

  /** It has a place on a connection. */
  seated(): void {
    this.#stopTimer();
  }

  lose(fault: PipelineError): void {
    if (this.#isOver) return;
    this.drop();
    this.user.lost(fault);
  }

  loseSoon(fault: PipelineError): void {
    queueMicrotask(() => this.lose(fault));
  }

  /** Nothing is told or sent any more. */
  drop(): void {
    this.#isOver = true;
    this.#early = [];
    this.#stopTimer();
  }

  #after(ms: number, run: () => void): void {
    this.#stopTimer();
    this.#timer = this.#clock.setTimeout(run, ms);
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
