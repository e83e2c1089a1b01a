/** Enough for the longest turn detection window at 20 ms frames, and then some: 10 s. */
const MAX_MARKS = 512;

/**
 * Ties the caller's audio clock (milliseconds of audio taken in) to the wall clock, so that the
 * instant of a sound can be told after the fact.
 */
export class AudioTimeline {
  readonly #endsMs = new Float64Array(MAX_MARKS);
  readonly #atMs = new Float64Array(MAX_MARKS);
  #count = 0;

  /** Audio up to `endMs` had come in at `atMs`. */
  mark(endMs: number, atMs: number): void {
    const slot = this.#count++ % MAX_MARKS;
    this.#endsMs[slot] = endMs;
    this.#atMs[slot] = atMs;
  }

  /**
   * When the sound at this offset reached us; the oldest known instant for offsets older than the
   * marks, `null` when there is no audio.
   */
  wallOf(offsetMs: number): number | null {
    if (this.#count === 0) return null;
    const oldest = Math.max(0, this.#count - MAX_MARKS);
    let found = (this.#count - 1) % MAX_MARKS;
    for (let index = this.#count - 1; index >= oldest; index--) {
      const slot = index % MAX_MARKS;
      if (this.#endsMs[slot]! < offsetMs) break;
      found = slot;
    }
    // The sound is older than the end of the audio it came with by their distance.
    return this.#atMs[found]! - Math.max(0, this.#endsMs[found]! - offsetMs);
  }
}
