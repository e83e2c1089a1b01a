import type { TurnArrival } from './ports/session-event.ts';

/** Enough for the longest turn detection window at 20 ms frames, and then some: 10 s. */
const MAX_MARKS = 512;

/** A line that was silent for longer sent nothing: that is no jitter. */
const LONGEST_JITTER_MS = 1_000;

/** How fast jitter follows, as RFC 3550 has it. */
const JITTER_SHARE = 1 / 16;

/**
 * Ties the caller's audio clock (milliseconds of audio taken in) to the wall clock, so that the
 * instant of a sound can be told after the fact. It makes nothing per frame.
 */
export class AudioTimeline {
  readonly #endsMs = new Float64Array(MAX_MARKS);
  readonly #atMs = new Float64Array(MAX_MARKS);
  readonly #handedAtMs = new Float64Array(MAX_MARKS);
  #count = 0;
  #endMs = 0;
  #lastAtMs = NaN;
  /** How long after its own clock the audio came that came last but one. */
  #transitMs = NaN;
  #jitterMs = 0;

  /** Audio up to `endMs` had come in at `atMs`. */
  mark(endMs: number, atMs: number): void {
    if (atMs !== this.#lastAtMs) this.#follow();
    this.#endMs = endMs;
    this.#lastAtMs = atMs;
    const slot = this.#count++ % MAX_MARKS;
    this.#endsMs[slot] = endMs;
    this.#atMs[slot] = atMs;
    this.#handedAtMs[slot] = atMs;
  }

  /** The audio that came last has been handed on. */
  handed(atMs: number): void {
    if (this.#count > 0) this.#handedAtMs[(this.#count - 1) % MAX_MARKS] = atMs;
  }

  /**
   * When the sound at this offset reached us; the oldest known instant for offsets older than the
   * marks, `null` when there is no audio.
   */
  wallOf(offsetMs: number): number | null {
    if (this.#count === 0) return null;
    const slot = this.#slotOf(offsetMs);
    // The sound is older than the end of the audio it came with by their distance.
    return this.#atMs[slot]! - Math.max(0, this.#endsMs[slot]! - offsetMs);
  }

  /** How the sound at this offset came in; `null` when there is no audio. */
  arrivalOf(offsetMs: number): TurnArrival | null {
    if (this.#count === 0) return null;
    const handedAtMs = this.#handedAtMs[this.#slotOf(offsetMs)]!;
    return { handedAtMs, jitterMs: this.#jitterMs };
  }

  /** Of the first audio that ends at this offset or later. */
  #slotOf(offsetMs: number): number {
    const oldest = Math.max(0, this.#count - MAX_MARKS);
    let found = (this.#count - 1) % MAX_MARKS;
    for (let index = this.#count - 1; index >= oldest; index--) {
      const slot = index % MAX_MARKS;
      if (this.#endsMs[slot]! < offsetMs) break;
      found = slot;
    }
    return found;
  }

  /** What came together is one arrival, however it was cut. */
  #follow(): void {
    const transitMs = this.#lastAtMs - this.#endMs;
    const deviationMs = Math.abs(transitMs - this.#transitMs);
    if (deviationMs <= LONGEST_JITTER_MS) {
      this.#jitterMs += (deviationMs - this.#jitterMs) * JITTER_SHARE;
    }
    this.#transitMs = transitMs;
  }
}
