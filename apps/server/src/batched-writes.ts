import type { Writable } from 'node:stream';

/**
 * Writes of one turn of the event loop to one socket: the first goes out at once, those that follow
 * it go out together when the turn ends, in one system call. An answer begins with twenty writes,
 * the end of a caller's turn with five.
 */
export class BatchedWrites {
  readonly #socket: Writable;
  #hasWritten = false;
  #isCorked = false;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Before each write. */
  next(): void {
    if (!this.#hasWritten) {
      this.#hasWritten = true;
      process.nextTick(this.#endTurn);
    } else if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
    }
  }

  /** What was written goes out. */
  flush(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#socket.uncork();
  }

  readonly #endTurn = (): void => {
    this.#hasWritten = false;
    this.flush();
  };
}
