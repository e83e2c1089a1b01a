import { StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { SampleTrack } from './sample-track.ts';

/** Audio of another rate is resampled when there is this much of it: few steps, each a long one. */
const BATCH_MS = 200;

const NO_SAMPLES = new Int16Array(0);

/** Where batches are resampled to; nothing stays in it. */
let resampled = NO_SAMPLES;

/** Audio without a gap on its way into a track, resampled as it goes. */
export class TrackStream {
  readonly inputRate: SampleRate;
  readonly #track: SampleTrack;
  /** Null where the rates are the same. */
  readonly #resampler: StreamingResampler | null;
  readonly #samplesPerInput: number;
  readonly #startSample: number;
  readonly #batch: Int16Array;
  #inBatch = 0;
  #inputs = 0;
  #outputs = 0;
  #lost = 0;

  constructor(options: {
    readonly track: SampleTrack;
    readonly startSample: number;
    readonly inputRate: SampleRate;
    readonly outputRate: SampleRate;
  }) {
    const { track, startSample, inputRate, outputRate } = options;
    this.inputRate = inputRate;
    this.#track = track;
    this.#startSample = startSample;
    this.#resampler =
      inputRate === outputRate ? null : new StreamingResampler(inputRate, outputRate);
    this.#batch = this.#resampler ? new Int16Array((BATCH_MS * inputRate) / 1000) : NO_SAMPLES;
    this.#samplesPerInput = outputRate / inputRate;
  }

  /** Where its next input lies, with fractions. */
  get endSample(): number {
    return this.#startSample + this.#inputs * this.#samplesPerInput;
  }

  /** Where the first sample lies that was not put; those that depend on what follows are owed. */
  get laidSample(): number {
    return this.#startSample + this.#outputs;
  }

  /** Samples of the track that could not be held. */
  get lostSamples(): number {
    return this.#lost;
  }

  /** Takes the next samples, which the caller may change afterwards. */
  push(pcm: Int16Array): void {
    this.#inputs += pcm.length;
    if (!this.#resampler) {
      this.#put(pcm);
      return;
    }
    for (let read = 0; read < pcm.length;) {
      const taken = Math.min(pcm.length - read, this.#batch.length - this.#inBatch);
      const part = taken === pcm.length ? pcm : pcm.subarray(read, read + taken);
      this.#batch.set(part, this.#inBatch);
      this.#inBatch += taken;
      read += taken;
      if (this.#inBatch === this.#batch.length) this.settle();
    }
  }

  /** Puts what waits to be resampled, up to the few samples that depend on what follows. */
  settle(): void {
    if (!this.#resampler || this.#inBatch === 0) return;
    const isFull = this.#inBatch === this.#batch.length;
    const batch = isFull ? this.#batch : this.#batch.subarray(0, this.#inBatch);
    this.#inBatch = 0;
    const most = this.#resampler.mostOutputs(batch.length);
    if (resampled.length < most) resampled = new Int16Array(most);
    const count = this.#resampler.processInto(batch, resampled);
    this.#put(count === resampled.length ? resampled : resampled.subarray(0, count));
  }

  /** Puts all that is still owed; nothing may be pushed any more. */
  finish(): void {
    if (!this.#resampler) return;
    this.settle();
    this.#put(this.#resampler.flush());
  }

  #put(pcm: Int16Array): void {
    if (pcm.length === 0) return;
    this.#lost += this.#track.put(this.#startSample + this.#outputs, pcm);
    this.#outputs += pcm.length;
  }
}
