import { Polyphase } from './polyphase.ts';
import { resamplingFilter } from './resampling-filter.ts';
import { requireSampleRate, type SampleRate } from './sample-rate.ts';

const NO_SAMPLES = new Int16Array(0);

/**
 * Converts one mono stream of 16-bit PCM between two rates with a linear-phase windowed-sinc filter.
 *
 * Flat within 0.1 dB up to 0.85 of the lower rate's half (3.4 kHz at 8 kHz); everything from the
 * lower rate's half up is at least 60 dB down. Output n stands at the time of input
 * n * fromRate / toRate, so an instant in milliseconds is the same before and after. An output comes
 * once the input is 28 samples of the lower rate past its time (3.5 ms at 8 kHz); `flush` gives the
 * rest. How the input is cut into chunks never changes a sample. Results saturate.
 *
 * Throws `invalid_argument` at construction for a rate outside `SAMPLE_RATES`.
 */
export class StreamingResampler {
  readonly fromRate: SampleRate;
  readonly toRate: SampleRate;
  readonly #stream: Polyphase | undefined;
  /** As much silence as the last output reaches beyond the end of the stream. */
  readonly #tail: Int16Array;

  constructor(fromRate: SampleRate, toRate: SampleRate) {
    requireSampleRate('fromRate', fromRate);
    requireSampleRate('toRate', toRate);
    this.fromRate = fromRate;
    this.toRate = toRate;
    if (fromRate === toRate) {
      this.#tail = NO_SAMPLES;
    } else {
      const filter = resamplingFilter(fromRate, toRate);
      this.#stream = new Polyphase(filter);
      this.#tail = new Int16Array(filter.halfTaps);
    }
  }

  /**
   * Takes the next chunk, of any length, and returns the outputs that became due, often none for a
   * short chunk. With equal rates it returns `pcm` itself, otherwise an array of its own.
   */
  process(pcm: Int16Array): Int16Array {
    if (!this.#stream) return pcm;
    const out = new Int16Array(this.#stream.dueSamples(pcm.length));
    this.#stream.push(pcm, out);
    return out;
  }

  /**
   * What `process` does, without an array for each chunk: lays the outputs from the start of `out`
   * on, and tells how many there are: at most `mostOutputs` of the chunk's length.
   */
  processInto(pcm: Int16Array, out: Int16Array): number {
    if (!this.#stream) {
      out.set(pcm);
      return pcm.length;
    }
    const count = this.#stream.dueSamples(pcm.length);
    this.#stream.push(pcm, out);
    return count;
  }

  /** The most outputs that a chunk of so many inputs makes due. */
  mostOutputs(inputs: number): number {
    return Math.ceil((inputs * this.toRate) / this.fromRate);
  }

  /**
   * Ends the stream as if silence followed, returns the outputs still owed, and is ready for a new
   * stream. A whole stream gives exactly ceil(inputs * toRate / fromRate) outputs.
   */
  flush(): Int16Array {
    const out = this.process(this.#tail);
    this.reset();
    return out;
  }

  /** Forgets the stream so far, owed outputs included; the next chunk starts a new stream. */
  reset(): void {
    this.#stream?.reset();
  }
}
