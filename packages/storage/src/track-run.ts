import type { SampleRate } from '@antiphon/audio';
import type { AudioFrame } from '@antiphon/session';
import type { SampleBlock } from './sample-blocks.ts';

/** Frames that come up to this much late are still in step: timers are no better. */
export const LATE_MS = 10;

/**
 * The short way of frames that follow each other in step, within a block and at the rate of the
 * recording: each is copied, and one number says how far they got. Everything that a frame touches
 * is here, as most of it is not in the processor's cache fifty times a second and call.
 */
export class TrackRun {
  /** Where the next frame goes in the memory, and where the block ends; nothing goes before 0. */
  #at = 0;
  #until = -1;
  /** What makes a place in the memory a sample of the track. */
  #shift = 0;
  #memory: Int16Array = new Int16Array(0);
  readonly #rate: SampleRate;
  readonly #startedAtMs: number;
  readonly #toleratedSamples: number;
  #block: SampleBlock | null = null;
  #from = 0;
  /** Samples of runs that are over, and of which nobody was told. */
  #untold = 0;

  constructor(startedAtMs: number, rate: SampleRate) {
    this.#startedAtMs = startedAtMs;
    this.#rate = rate;
    this.#toleratedSamples = (LATE_MS * rate) / 1000;
  }

  /** Takes a frame, unless that is not as simple. */
  follow({ pcm, sampleRate, atMs }: AudioFrame): boolean {
    const at = this.#at;
    const end = at + pcm.length;
    if (end > this.#until || sampleRate !== this.#rate) return false;
    const dueSample = ((atMs - this.#startedAtMs) * this.#rate) / 1000 - pcm.length;
    if (dueSample - at - this.#shift > this.#toleratedSamples) return false;
    this.#memory.set(pcm, at);
    this.#at = end;
    return true;
  }

  /** From now on frames follow at the end of what a block holds, which is this sample of the track. */
  begin(block: SampleBlock, blockSamples: number, atSample: number): void {
    this.#block = block;
    this.#memory = block.slab.samples;
    this.#from = block.from + block.filled;
    this.#at = this.#from;
    this.#until = block.from + blockSamples;
    this.#shift = atSample - this.#at;
  }

  /** Ends the run, if there is one; tells the sample of the track after it. */
  end(): number {
    const block = this.#block;
    if (!block) return 0;
    block.filled = this.#at - block.from;
    this.#untold += this.#at - this.#from;
    this.#block = null;
    this.#until = -1;
    return this.#at + this.#shift;
  }

  /** How many samples came in runs that are over; each is told once. */
  told(): number {
    const samples = this.#untold;
    this.#untold = 0;
    return samples;
  }
}
