import { requireInteger } from './audio-error.ts';

/**
 * Remembers the last `capacitySamples` samples of a stream, for the moment before speech was
 * detected; older samples are overwritten. Throws `invalid_argument` at construction unless
 * `capacitySamples` is a positive integer.
 */
export class SampleRing {
  readonly capacitySamples: number;
  readonly #ring: Int16Array;
  #next = 0;
  #held = 0;

  constructor(capacitySamples: number) {
    requireInteger('capacitySamples', capacitySamples, 1);
    this.capacitySamples = capacitySamples;
    this.#ring = new Int16Array(capacitySamples);
  }

  /** Samples that `last` can give now, at most `capacitySamples`. */
  get heldSamples(): number {
    return this.#held;
  }

  /** Appends a chunk of any length. */
  push(pcm: Int16Array): void {
    const capacity = this.capacitySamples;
    const kept = pcm.length > capacity ? pcm.subarray(pcm.length - capacity) : pcm;
    const untilEnd = Math.min(kept.length, capacity - this.#next);
    if (untilEnd === kept.length) {
      this.#ring.set(kept, this.#next);
    } else {
      this.#ring.set(kept.subarray(0, untilEnd), this.#next);
      this.#ring.set(kept.subarray(untilEnd));
    }
    this.#next = (this.#next + kept.length) % capacity;
    this.#held = Math.min(capacity, this.#held + kept.length);
  }

  /**
   * Copies the most recent `samples` samples, oldest first; fewer when fewer are held. Throws
   * `invalid_argument` unless `samples` is an integer of at least 0.
   */
  last(samples: number): Int16Array {
    const [older, newer] = this.parts(samples);
    const out = new Int16Array(older.length + newer.length);
    out.set(older);
    out.set(newer, older.length);
    return out;
  }

  /**
   * The same without a copy, in two parts that hold until the next push: the older one is empty
   * unless it takes both.
   */
  parts(samples: number): readonly [older: Int16Array, newer: Int16Array] {
    requireInteger('samples', samples, 0);
    const ring = this.#ring;
    const start = this.#next - Math.min(samples, this.#held);
    const older = start < 0 ? ring.subarray(this.capacitySamples + start) : ring.subarray(0, 0);
    return [older, ring.subarray(Math.max(0, start), this.#next)];
  }

  /** Forgets every sample. */
  clear(): void {
    this.#next = 0;
    this.#held = 0;
  }
}
