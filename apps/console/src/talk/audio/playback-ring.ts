/** How much of an item has been played: samples from its beginning. */
export interface PlayedPosition {
  readonly itemId: string;
  readonly samples: number;
}

/** A stretch of the ring that belongs to one item. */
interface Stretch {
  readonly itemId: string;
  /** Where in its item the next sample of the stretch lies. */
  offset: number;
  length: number;
}

/**
 * The agent's audio between the wire and the loudspeaker, in the order it came, in a ring that does
 * not grow. Every sample knows its place in its item, so that what was played is known exactly.
 * Samples that find no room are dropped and leave a gap in their item.
 */
export class PlaybackRing {
  readonly #samples: Int16Array;
  #readAt = 0;
  #held = 0;
  #stretches: Stretch[] = [];
  /** The item that came last, and how much of it came. */
  #lastItemId: string | null = null;
  #lastItemSamples = 0;
  #played: PlayedPosition | null = null;

  /** @param capacity the most samples that wait */
  constructor(capacity: number) {
    this.#samples = new Int16Array(capacity);
  }

  /** The item whose sample is next; null when none waits. */
  get nextItemId(): string | null {
    return this.#stretches[0]?.itemId ?? null;
  }

  /** What was played last; null before anything was. */
  get played(): PlayedPosition | null {
    return this.#played;
  }

  /** Takes audio of an item; returns how many samples of it found no room. */
  push(itemId: string, pcm: Int16Array): number {
    if (itemId !== this.#lastItemId) {
      this.#lastItemId = itemId;
      this.#lastItemSamples = 0;
    }
    const taken = Math.min(pcm.length, this.#samples.length - this.#held);
    if (taken > 0) {
      this.#write(pcm.subarray(0, taken));
      this.#note(itemId, taken);
    }
    this.#lastItemSamples += pcm.length;
    return pcm.length - taken;
  }

  /**
   * Fills the output with what is next, from -1 to 1, as far as it reaches and within one item, so
   * that no position is passed over untold; returns how many samples that were.
   */
  pull(output: Float32Array, from = 0): number {
    const stretch = this.#stretches[0];
    if (stretch === undefined) return 0;
    const count = Math.min(stretch.length, output.length - from);
    for (let at = 0; at < count; at++) {
      output[from + at] = (this.#samples[this.#readAt] ?? 0) / 32_768;
      this.#readAt = (this.#readAt + 1) % this.#samples.length;
    }
    this.#held -= count;
    stretch.offset += count;
    stretch.length -= count;
    this.#played = { itemId: stretch.itemId, samples: stretch.offset };
    if (stretch.length === 0) this.#stretches.shift();
    return count;
  }

  /**
   * Forgets what waits and tells where playing stopped: in the item that is heard, or at the
   * beginning of one that was not begun. Null when nothing waited.
   */
  flush(): PlayedPosition | null {
    const next = this.#stretches[0];
    this.#stretches = [];
    this.#held = 0;
    this.#readAt = 0;
    return next === undefined ? null : { itemId: next.itemId, samples: next.offset };
  }

  #write(pcm: Int16Array): void {
    const writeAt = (this.#readAt + this.#held) % this.#samples.length;
    const untilEnd = Math.min(pcm.length, this.#samples.length - writeAt);
    this.#samples.set(pcm.subarray(0, untilEnd), writeAt);
    this.#samples.set(pcm.subarray(untilEnd), 0);
    this.#held += pcm.length;
  }

  #note(itemId: string, length: number): void {
    const offset = this.#lastItemSamples;
    const last = this.#stretches.at(-1);
    if (last?.itemId === itemId && last.offset + last.length === offset) last.length += length;
    else this.#stretches.push({ itemId, offset, length });
  }
}
