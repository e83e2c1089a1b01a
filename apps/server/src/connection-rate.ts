import type { Clock } from '@antiphon/session';
import { TokenBucket } from './token-bucket.ts';

/**
 * How often each key may connect: a minute's worth at once, and so many per minute in the long run.
 * There is one bucket per key that was accepted, so no more than there are keys.
 */
export class ConnectionRate {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Counts a connection of this key, which must be an accepted one; `false` when it is one too many. */
  admits(key: string): boolean {
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      const size = { capacity: this.#perMinute, perSecond: this.#perMinute / 60 };
      bucket = new TokenBucket(size, this.#clock);
      this.#buckets.set(key, bucket);
    }
    if (bucket.level < 1) return false;
    bucket.take(1);
    return true;
  }
}
