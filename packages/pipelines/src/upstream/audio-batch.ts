/**
 * How much of a turn's audio a model is sent at a time: a message costs about as much however long it
 * is, and nobody waits for it before the turn is over, when all that is left is sent.
 */
export const BATCH_MS = 100;

const NONE = Buffer.alloc(0);

/** Audio on its way to an upstream, until it is worth a message. */
export class AudioBatch {
  readonly #wholeBytes: number;
  #waiting: Buffer[] = [];
  #bytes = 0;

  /** With how many bytes a batch has at the least. */
  constructor(wholeBytes: number) {
    this.#wholeBytes = wholeBytes;
  }

  /** Takes the next bytes; gives all that wait once they are a batch, else none. */
  add(bytes: Buffer): Buffer {
    if (bytes.length > 0) this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    return this.#bytes < this.#wholeBytes ? NONE : this.take();
  }

  /** What waits, which waits no more. */
  take(): Buffer {
    const waiting = this.#waiting;
    if (waiting.length === 0) return NONE;
    this.#waiting = [];
    this.#bytes = 0;
    return waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
  }
}
