/** Left is the caller, right is the agent. */
export type Channel = 'left' | 'right';

/** Consecutive sample frames, left and right interleaved. */
export interface StereoBlock {
  readonly startFrame: number;
  readonly pcm: Int16Array;
}

const OFFSET = { left: 0, right: 1 } as const;

/**
 * Stereo audio that can still change, between what was taken for good and the bound of what is
 * held. It is made of blocks that exist only where there is sound; what is missing is silence.
 * Positions count sample frames from the start of the recording.
 */
export class StereoTimeline {
  readonly #blockFrames: number;
  readonly #maxFrames: number;
  readonly #blocks = new Map<number, Int16Array>();
  #takenFrames = 0;
  #endFrame = 0;

  constructor(options: { readonly blockFrames: number; readonly maxFrames: number }) {
    this.#blockFrames = options.blockFrames;
    this.#maxFrames = options.maxFrames;
  }

  /** Everything before this frame was taken and does not change. */
  get takenFrames(): number {
    return this.#takenFrames;
  }

  /** The first frame that can no longer be held. */
  get limitFrame(): number {
    return this.#takenFrames + this.#maxFrames;
  }

  /** The frame after the last one that was ever put. */
  get endFrame(): number {
    return this.#endFrame;
  }

  /** Puts samples over what is there; returns how many could not be held. */
  put(channel: Channel, atFrame: number, pcm: Int16Array): number {
    const from = Math.max(atFrame, this.#takenFrames);
    const to = Math.min(atFrame + pcm.length, this.limitFrame);
    if (to <= from) return pcm.length;
    let frame = from;
    while (frame < to) {
      const index = Math.floor(frame / this.#blockFrames);
      const block = this.#blockAt(index);
      const start = index * this.#blockFrames;
      const end = Math.min(to, start + this.#blockFrames);
      let slot = (frame - start) * 2 + OFFSET[channel];
      for (; frame < end; frame++, slot += 2) block[slot] = pcm[frame - atFrame]!;
    }
    this.#endFrame = Math.max(this.#endFrame, to);
    return pcm.length - (to - from);
  }

  /** Makes a channel silent from a frame on. */
  erase(channel: Channel, fromFrame: number): void {
    for (const [index, block] of this.#blocks) {
      const start = index * this.#blockFrames;
      for (let frame = Math.max(start, fromFrame); frame < start + this.#blockFrames; frame++) {
        block[(frame - start) * 2 + OFFSET[channel]] = 0;
      }
    }
  }

  /** Gives away the whole blocks before a frame, oldest first; silent stretches have none. */
  take(beforeFrame: number): StereoBlock[] {
    const blocks = Math.floor(beforeFrame / this.#blockFrames);
    return this.#takeBlocks(blocks);
  }

  /** Gives away all that is left. */
  takeRest(): StereoBlock[] {
    return this.#takeBlocks(Math.ceil(this.#endFrame / this.#blockFrames));
  }

  #takeBlocks(untilIndex: number): StereoBlock[] {
    const taken: StereoBlock[] = [];
    for (const [index, pcm] of this.#blocks) {
      if (index >= untilIndex) continue;
      this.#blocks.delete(index);
      taken.push({ startFrame: index * this.#blockFrames, pcm });
    }
    this.#takenFrames = Math.max(this.#takenFrames, untilIndex * this.#blockFrames);
    return taken.toSorted((one, other) => one.startFrame - other.startFrame);
  }

  #blockAt(index: number): Int16Array {
    let block = this.#blocks.get(index);
    if (!block) {
      block = new Int16Array(this.#blockFrames * 2);
      this.#blocks.set(index, block);
    }
    return block;
  }
}
