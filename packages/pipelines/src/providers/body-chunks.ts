import type { Readable } from 'node:stream';
import type { PipelineError } from '../pipeline-error.ts';

/** Chunks that wait for a slow reader; then the connection waits. */
const MAX_CHUNKS = 64;

/** Of one answer: an hour of talk is less. More is no answer. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

type Read = IteratorResult<Uint8Array, undefined>;

const END: Read = { value: undefined, done: true };

interface Waiter {
  resolve(read: Read): void;
  reject(cause: Error): void;
}

/** How a body is read. */
export interface BodyOptions {
  /** What a body without end is called. */
  readonly endless: () => PipelineError;
  /** The reader has left before the end. */
  readonly onLeft: () => void;
}

/** The body of an answer for one reader, as it comes. A body that breaks off rejects the next read. */
export class BodyChunks implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #response: Readable;
  readonly #options: BodyOptions;
  #chunks: Buffer[] = [];
  #length = 0;
  #waiter: Waiter | null = null;
  #isOver = false;
  #fault: Error | null = null;

  constructor(response: Readable, options: BodyOptions) {
    this.#response = response;
    this.#options = options;
    response.on('data', (bytes: Buffer) => this.#hear(bytes));
    response.on('end', () => this.#end(null));
    response.on('error', (cause: Error) => this.#end(cause));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** One read at a time. */
  next(): Promise<Read> {
    const value = this.#chunks.shift();
    if (value) {
      this.#response.resume();
      return Promise.resolve({ value, done: false });
    }
    if (!this.#isOver) {
      return new Promise((resolve, reject) => (this.#waiter = { resolve, reject }));
    }
    const fault = this.#fault;
    this.#fault = null;
    return fault === null ? Promise.resolve(END) : Promise.reject(fault);
  }

  return(): Promise<Read> {
    this.#chunks = [];
    this.#fault = null;
    if (!this.#isOver) {
      this.#end(null);
      this.#options.onLeft();
    }
    return Promise.resolve(END);
  }

  #hear(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#length += bytes.length;
    if (this.#length > MAX_BODY_BYTES) {
      this.#end(this.#options.endless());
      this.#response.destroy();
    } else if (this.#waiter) {
      this.#waiter.resolve({ value: bytes, done: false });
      this.#waiter = null;
    } else if (this.#chunks.push(bytes) >= MAX_CHUNKS) this.#response.pause();
  }

  #end(fault: Error | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (!waiter) this.#fault = fault;
    else if (fault === null) waiter.resolve(END);
    else waiter.reject(fault);
  }
}
