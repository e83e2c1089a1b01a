import { requireInteger } from './audio-error.ts';

/** The end of a stream that did not fill a frame: zeros follow the first `realSamples` samples. */
export interface PartialFrame {
  readonly frame: Int16Array;
  readonly realSamples: number;
}

/**
 * Cuts chunks of any length into frames of `frameSamples`; what does not fill a frame waits for the
 * next chunk. Throws `invalid_argument` at construction unless `frameSamples` is a positive integer.
 */
export class Framer {
  readonly frameSamples: number;
  readonly #pending: Int16Array;
  #filled = 0;

  constructor(frameSamples: number) {
    requireInteger('frameSamples', frameSamples, 1);
    this.frameSamples = frameSamples;
    this.#pending = new Int16Array(frameSamples);
  }

  /** Samples that wait for the rest of their frame. */
  get pendingSamples(): number {
    return this.#filled;
  }

  /**
   * Takes a chunk and calls `emit` before returning, once per frame now complete, in order. Each
   * frame is a new array and belongs to the receiver. `emit` must not call this framer; when it
   * throws, the frames and samples after the one it was given are lost.
   */
  push(pcm: Int16Array, emit: (frame: Int16Array) => void): void {
    const size = this.frameSamples;
    const missing = size - this.#filled;
    if (pcm.length < missing) {
      this.#pending.set(pcm, this.#filled);
      this.#filled += pcm.length;
      return;
    }
    let read = 0;
    if (this.#filled > 0) {
      const frame = this.#pending.slice();
      frame.set(pcm.subarray(0, missing), this.#filled);
      this.#filled = 0;
      read = missing;
      emit(frame);
    }
    for (; read + size <= pcm.length; read += size) emit(pcm.slice(read, read + size));
    this.#pending.set(pcm.subarray(read));
    this.#filled = pcm.length - read;
  }

  /** Returns the waiting samples as a zero-padded frame, or nothing when none wait; starts anew. */
  flush(): PartialFrame | undefined {
    const realSamples = this.#filled;
    if (realSamples === 0) return undefined;
    this.#filled = 0;
    const frame = new Int16Array(this.frameSamples);
    frame.set(this.#pending.subarray(0, realSamples));
    return { frame, realSamples };
  }

  /** Forgets the waiting samples. */
  reset(): void {
    this.#filled = 0;
  }
}
