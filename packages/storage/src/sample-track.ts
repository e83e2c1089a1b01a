import type { SampleBlock, SampleBlocks } from './sample-blocks.ts';

/**
 * One channel's samples that can still change, between what was taken for good and the bound of what
 * is held. It is made of blocks that exist only where there is sound; what is missing is silence.
 * Positions count samples from the start of the recording.
 */
export class SampleTrack {
  readonly #pool: SampleBlocks;
  readonly #blockSamples: number;
  readonly #maxBlocks: number;
  /** The first of them is the block after those that were taken. */
  #blocks: (SampleBlock | undefined)[] = [];
  #firstBlock = 0;
  #endSample = 0;

  constructor(pool: SampleBlocks, maxBlocks: number) {
    this.#pool = pool;
    this.#blockSamples = pool.blockSamples;
    this.#maxBlocks = maxBlocks;
  }

  /** Everything before this sample was taken and does not change. */
  get takenSamples(): number {
    return this.#firstBlock * this.#blockSamples;
  }

  /** The first sample that cannot be held yet. */
  get limitSample(): number {
    return (this.#firstBlock + this.#maxBlocks) * this.#blockSamples;
  }

  /** The sample after the last one that was ever put. */
  get endSample(): number {
    return this.#endSample;
  }

  /** Puts samples over what is there; returns how many could not be held. */
  put(atSample: number, pcm: Int16Array): number {
    const size = this.#blockSamples;
    const from = Math.max(atSample, this.takenSamples);
    const to = Math.min(atSample + pcm.length, this.limitSample);
    if (to <= from) return pcm.length;
    for (let sample = from; sample < to;) {
      const index = Math.floor(sample / size);
      const end = Math.min(to, (index + 1) * size);
      const isWhole = sample === atSample && end === atSample + pcm.length;
      const part = isWhole ? pcm : pcm.subarray(sample - atSample, end - atSample);
      putIn(this.#blockAt(index), sample - index * size, part);
      sample = end;
    }
    if (to > this.#endSample) this.#endSample = to;
    return pcm.length - (to - from);
  }

  /** Makes everything from a sample on silent. */
  erase(fromSample: number): void {
    this.#blocks.forEach((block, at) => {
      const start = (this.#firstBlock + at) * this.#blockSamples;
      if (block) block.filled = Math.min(block.filled, Math.max(0, fromSample - start));
    });
  }

  /** Whether the n-th block of those that were not taken, counted from 0, has no sound. */
  isSilent(n: number): boolean {
    return this.#blocks[n] === undefined;
  }

  /**
   * The samples of the n-th block of those that were not taken, up to where the rest of it is silent;
   * undefined where all of it is.
   */
  peek(n: number): Int16Array | undefined {
    const block = this.#blocks[n];
    if (!block) return undefined;
    const { slab, from, filled } = block;
    return slab.samples.subarray(from, from + filled);
  }

  /** Takes the first block; tells how many samples of it were put, 0 where it is silent. */
  take(): number {
    const block = this.#blocks.shift();
    const samples = Math.min(this.#blockSamples, this.#endSample - this.takenSamples);
    this.#firstBlock += 1;
    if (!block) return 0;
    this.#pool.giveBack(block);
    return samples;
  }

  #blockAt(index: number): SampleBlock {
    const at = index - this.#firstBlock;
    const found = this.#blocks[at];
    if (found) return found;
    while (this.#blocks.length < at) this.#blocks.push(undefined);
    const block = this.#pool.lend();
    this.#blocks[at] = block;
    return block;
  }
}

function putIn(block: SampleBlock, at: number, pcm: Int16Array): void {
  const { samples } = block.slab;
  if (at > block.filled) samples.fill(0, block.from + block.filled, block.from + at);
  samples.set(pcm, block.from + at);
  block.filled = Math.max(block.filled, at + pcm.length);
}
