import { interleaveStereo } from '@antiphon/audio';
import { SampleTrack } from './sample-track.ts';
import type { SampleBlocks } from './sample-blocks.ts';

/** The two channels of a recording on one axis of time, in blocks that are written together. */
export class StereoTimeline {
  readonly left: SampleTrack;
  readonly right: SampleTrack;
  readonly #blockSamples: number;

  constructor(pool: SampleBlocks, maxBlocks: number) {
    this.left = new SampleTrack(pool, maxBlocks);
    this.right = new SampleTrack(pool, maxBlocks);
    this.#blockSamples = pool.blockSamples;
  }

  /** Everything before this sample was taken. */
  get takenSamples(): number {
    return this.left.takenSamples;
  }

  /** Blocks from the first that was not taken to the last that has sound. */
  get heldBlocks(): number {
    const endSample = Math.max(this.left.endSample, this.right.endSample);
    return Math.max(0, Math.ceil((endSample - this.takenSamples) / this.#blockSamples));
  }

  /** Takes the silent blocks that come first, of so many. */
  skipSilence(blocks: number): void {
    for (let left = blocks; left > 0; left--) {
      if (!this.left.isSilent(0) || !this.right.isSilent(0)) return;
      this.#takeBlock();
    }
  }

  /**
   * Lays blocks side by side in `out`, as PCM16 has them on a little-endian machine: those that come
   * first, of so many and as many as there is room for, up to one that is silent. Tells how many.
   */
  read(blocks: number, out: Int16Array): number {
    const size = 2 * this.#blockSamples;
    const most = Math.min(blocks, Math.floor(out.length / size));
    for (let index = 0; index < most; index++) {
      const left = this.left.peek(index);
      const right = this.right.peek(index);
      if (!left && !right) return index;
      const block = out.subarray(index * size, (index + 1) * size);
      interleaveStereo(left ?? SILENCE, right ?? SILENCE, block);
    }
    return most;
  }

  /** Takes the first blocks; tells how many samples were in them, both channels counted. */
  take(blocks: number): number {
    let samples = 0;
    for (let index = 0; index < blocks; index++) samples += this.#takeBlock();
    return samples;
  }

  #takeBlock(): number {
    return this.left.take() + this.right.take();
  }
}

const SILENCE = new Int16Array(0);
