/** Blocks of one piece of memory: few and large ones, of which collections and caches see little. */
const BLOCKS_A_SLAB = 64;

/** Pieces that nobody uses are kept to be ready for more, at most so many: 8 MiB at 8 kHz. */
const MOST_UNUSED = 8;

interface Slab {
  readonly samples: Int16Array;
  /** The same memory. */
  readonly bytes: Buffer;
  readonly spare: SampleBlock[];
}

/** A part of a larger piece of memory. */
export interface SampleBlock {
  readonly slab: Slab;
  /** Where it begins in its slab. */
  readonly from: number;
  /** So many samples from its start were put; what follows is silent, whatever the memory holds. */
  filled: number;
}

/** Blocks of samples that all recordings of a process use in turns, so that few are ever made. */
export class SampleBlocks {
  readonly blockSamples: number;
  readonly #slabs: Slab[] = [];

  constructor(blockSamples: number) {
    this.blockSamples = blockSamples;
  }

  /** A silent block. */
  lend(): SampleBlock {
    // Of the first slab that has one: those that come last are free again when less is needed.
    for (const { spare } of this.#slabs) {
      const block = spare.pop();
      if (block) return block;
    }
    return this.#makeSlab().spare.pop()!;
  }

  giveBack(block: SampleBlock): void {
    block.filled = 0;
    block.slab.spare.push(block);
    if (block.slab.spare.length === BLOCKS_A_SLAB) this.#dropUnused(block.slab);
  }

  #makeSlab(): Slab {
    const memory = new ArrayBuffer(2 * BLOCKS_A_SLAB * this.blockSamples);
    const slab: Slab = {
      samples: new Int16Array(memory),
      bytes: Buffer.from(memory),
      spare: [],
    };
    for (let index = BLOCKS_A_SLAB - 1; index >= 0; index--) {
      slab.spare.push({ slab, from: index * this.blockSamples, filled: 0 });
    }
    this.#slabs.push(slab);
    return slab;
  }

  #dropUnused(unused: Slab): void {
    const kept = this.#slabs.filter((slab) => slab.spare.length === BLOCKS_A_SLAB);
    if (kept.length > MOST_UNUSED) this.#slabs.splice(this.#slabs.indexOf(unused), 1);
  }
}
