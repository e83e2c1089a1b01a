import type { Clock, TimerHandle } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import type { SocketFrame } from './warm-socket.ts';

/** What may be sent before the connection is open: ten seconds of PCM16 at 24 kHz. */
const MAX_EARLY_BYTES = 512 * 1024;

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
  /** Sends text, or bytes as they are; before the connection is open it is kept until then. */
  send(data: string | Uint8Array): void;
  /**
   * Ends the use; nothing is told any more. `isSpoiled` says that the connection must not be used
   * by anybody else from now on, because it may still have something for this one.
   */
  release(isSpoiled?: boolean): void;
}

/** The place of a user on a connection, or in line for one. */
export class SocketSeat implements SocketLease {
  readonly user: SocketUser;
  readonly #onRelease: (seat: SocketSeat, isSpoiled: boolean) => void;
  #write: ((data: string | Uint8Array) => void) | null = null;
  #early: (string | Uint8Array)[] = [];
  #earlyBytes = 0;
  #stopWaiting: (() => void) | null = null;
  #isOver = false;

  constructor(user: SocketUser, onRelease: (seat: SocketSeat, isSpoiled: boolean) => void) {
    this.user = user;
    this.#onRelease = onRelease;
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
  waitUntil(clock: Clock, limitMs: number, onLimit: () => PipelineError): void {
    const timer: TimerHandle = clock.setTimeout(() => this.lose(onLimit()), limitMs);
    this.#stopWaiting = () => clock.clearTimeout(timer);
  }

  /** It has a place on a connection. */
  seated(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = null;
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
    this.seated();
  }
}
