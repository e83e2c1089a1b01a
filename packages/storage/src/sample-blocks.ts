/** Blocks that wait to be used again, at most so many: a few MiB. */
const MOST_SPARE = 512;

/** Blocks of samples that all recordings of a process use in turns, so that few are ever made. */
export class SampleBlocks {
  readonly blockSamples: number;
  readonly #spare: Int16Array[] = [];

  constructor(blockSamples: number) {
    this.blockSamples = blockSamples;
  }

  /** A silent block. */
  lend(): Int16Array {
    const block = this.#spare.pop();
    return block?.fill(0) ?? new Int16Array(this.blockSamples);
  }

  giveBack(block: Int16Array): void {
    if (this.#spare.length < MOST_SPARE) this.#spare.push(block);
  }
}
