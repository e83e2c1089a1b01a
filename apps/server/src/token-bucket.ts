import type { Clock } from '@antiphon/session';

/** How much a bucket holds, and how fast it fills again. */
export interface BucketSize {
  readonly capacity: number;
  readonly perSecond: number;
}

/**
 * An allowance that is full at first, is used up by `take`, and fills again with time. It may be
 * overdrawn, so that a caller can tell a little too much from far too much.
 */
export class TokenBucket {
  readonly #size: BucketSize;
  readonly #clock: Clock;
  #level: number;
  #filledAtMs: number;

  constructor(size: BucketSize, clock: Clock) {
    this.#size = size;
    this.#clock = clock;
    this.#level = size.capacity;
    this.#filledAtMs = clock.now();
  }

  /** What may still be taken; below zero when it is overdrawn. */
  get level(): number {
    const nowMs = this.#clock.now();
    const gained = ((nowMs - this.#filledAtMs) / 1000) * this.#size.perSecond;
    this.#filledAtMs = nowMs;
    this.#level = Math.min(this.#size.capacity, this.#level + gained);
    return this.#level;
  }

  /** Takes so much, though it may not be there; returns what is left. */
  take(amount: number): number {
    this.#level = this.level - amount;
    return this.#level;
  }
}
