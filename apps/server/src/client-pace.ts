import type { Clock } from '@antiphon/session';
import { TokenBucket } from './token-bucket.ts';

/**
 * All that a client sends, as bytes on the wire. Live audio at 24 kHz is 66 KB of base64 a second,
 * so the rate is that of sixteen callers; the burst is a recording of a quarter of an hour sent at
 * once, or three appends of the largest legal size.
 */
const BYTES = { capacity: 64 * 1024 * 1024, perSecond: 1024 * 1024 };

/**
 * What the handling of a frame costs beside its bytes. Audio in slices of 1 ms stays under the
 * rate; appends of nothing do not go on for ever.
 */
const BYTES_PER_FRAME = 512;

/**
 * Events other than audio, each of which may be answered with several. The burst is a long
 * history put back at once; no client was seen to send more than some ten a second.
 */
const EVENTS = { capacity: 2_000, perSecond: 100 };

/** A client is told when its allowance is used up, and closed when this share more was used. */
const OVERDRAFT = 0.5;

/** How a client keeps its pace: `tooFast` is said once per excess, `farTooFast` ends it. */
export type Pace = 'fine' | 'tooFast' | 'farTooFast';

/** Measures how fast one client sends; nothing is held back meanwhile. */
export class ClientPace {
  readonly #bytes: TokenBucket;
  readonly #events: TokenBucket;
  #isWarned = false;

  constructor(clock: Clock) {
    this.#bytes = new TokenBucket(BYTES, clock);
    this.#events = new TokenBucket(EVENTS, clock);
  }

  /** Counts a frame of so many bytes; audio counts by its bytes alone. */
  count(bytes: number, { isAudio }: { readonly isAudio: boolean }): Pace {
    const byteShare = this.#bytes.take(bytes + BYTES_PER_FRAME) / BYTES.capacity;
    const eventShare = this.#events.take(isAudio ? 0 : 1) / EVENTS.capacity;
    const left = Math.min(byteShare, eventShare);
    if (left < -OVERDRAFT) return 'farTooFast';
    if (left >= 0) {
      // Half of it has to be back before another excess is told, or one would be told many times.
      if (left > 0.5) this.#isWarned = false;
      return 'fine';
    }
    if (this.#isWarned) return 'fine';
    this.#isWarned = true;
    return 'tooFast';
  }
}
