import type { SampleRate } from '@antiphon/audio';
import { mostAlike, withoutEcho } from './echo-fit.ts';

/** Voices have most of their power below 1 kHz, and so little of it is cheap to compare. */
const RATE = 2_000;

/** Echo comes back within the buffers of a client and of the network on the way. */
const MAX_DELAY_MS = 1_000;

/** The sound that is compared: shorter stretches of two voices may look alike by chance. */
const COMPARED_MS = 320;

/**
 * How alike caller audio and agent audio must be, 0 to 1, for the one to hold an echo of the other:
 * an echo alone measures above 0.9, another voice against any delay up to 0.65. A caller as loud as
 * the echo lies between, and is told by the rest.
 */
const ALIKE = 0.75;

/** An echo is looked for first where it was, so far around in samples: clocks and buffers drift. */
const DRIFT = 40;

/** The level of a rest is that of its loudest slice of this length. */
const SLICE_MS = 20;

const FULL_SCALE = 32_768;

interface HeardAudio {
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
}

/** Sound with an echo in it: how loud it is, and what is left of it without the echo, in dBFS. */
export interface EchoRest {
  readonly soundDbfs: number;
  readonly dbfs: number;
}

/**
 * Tells the agent's own voice, coming back over the caller's line, from the caller. It keeps what
 * the caller was given to hear, at 2 kHz, for as long as its echo may take.
 */
export class EchoWatch {
  /** Made when the agent first speaks. */
  #ring = new Int16Array(1);
  readonly #leadMs: number;
  /** Where the last echo was found, which says how late it comes. */
  #foundAt: number | null = null;
  /** Sample times written so far, counted in samples since the epoch; what lies between is silence. */
  #endSample = 0;

  /** `leadMs` is how far ahead of the ear agent audio is known. */
  constructor(leadMs: number) {
    this.#leadMs = leadMs;
  }

  /** Agent audio and when the caller hears its first sample. */
  play(pcm: Int16Array, rate: SampleRate, playsAtMs: number): void {
    if (this.#ring.length === 1) {
      const keptMs = this.#leadMs + MAX_DELAY_MS + 2 * COMPARED_MS;
      this.#ring = new Int16Array(Math.ceil((keptMs * RATE) / 1000));
    }
    const step = rate / RATE;
    const start = Math.round((playsAtMs * RATE) / 1000);
    this.#silence(Math.max(this.#endSample, start - this.#ring.length), start);
    const samples = Math.floor(pcm.length / step);
    for (let i = 0; i < samples; i++) {
      this.#ring[(start + i) % this.#ring.length] = mean(pcm, i * step, step);
    }
    this.#endSample = start + samples;
  }

  /** The caller hears nothing of it from this instant on. */
  cut(atMs: number): void {
    const start = Math.round((atMs * RATE) / 1000);
    this.#silence(start, this.#endSample);
  }

  /**
   * Looks for an echo of what was played in caller audio that ends at `endsAtMs`; null where there
   * is none to speak of. The rest is judged from `onsetMs` before the end on.
   */
  restOf(audio: HeardAudio, onsetMs: number, endsAtMs: number): EchoRest | null {
    const step = audio.sampleRate / RATE;
    const length = Math.min((COMPARED_MS * RATE) / 1000, Math.floor(audio.pcm.length / step));
    const delays = (MAX_DELAY_MS * RATE) / 1000;
    const first = Math.round((endsAtMs * RATE) / 1000) - length - delays;
    if (this.#endSample <= first) return null;
    const offset = audio.pcm.length - length * step;
    const caller = new Float64Array(length);
    for (let i = 0; i < length; i++) caller[i] = mean(audio.pcm, offset + i * step, step);
    const played = new Float64Array(length + delays);
    for (let i = 0; i < played.length; i++) played[i] = this.#at(first + i);
    const at = this.#find(caller, played);
    if (at === null) return null;
    const rest = withoutEcho(caller, played, at);
    const judged = Math.ceil((Math.max(onsetMs, SLICE_MS) * RATE) / 1000);
    const from = Math.max(0, length - judged);
    return {
      soundDbfs: loudestDbfs(caller.subarray(from)),
      dbfs: loudestDbfs(rest.subarray(from)),
    };
  }

  /** Where in what was played the echo lies: mostly where it lay the last time. */
  #find(caller: Float64Array, played: Float64Array): number | null {
    const last = played.length - caller.length;
    const around = this.#foundAt;
    if (around !== null) {
      const near = { from: Math.max(0, around - DRIFT), to: Math.min(last, around + DRIFT) };
      const again = mostAlike(caller, played, near);
      if (again.likeness >= ALIKE) return (this.#foundAt = again.at);
    }
    const found = mostAlike(caller, played, { from: 0, to: last });
    this.#foundAt = found.likeness >= ALIKE ? found.at : null;
    return this.#foundAt;
  }

  #at(sample: number): number {
    if (sample >= this.#endSample || sample < this.#endSample - this.#ring.length) return 0;
    return this.#ring[((sample % this.#ring.length) + this.#ring.length) % this.#ring.length]!;
  }

  #silence(from: number, to: number): void {
    for (let sample = from; sample < to; sample++) this.#ring[sample % this.#ring.length] = 0;
  }
}

/** The level of the loudest slice, in dBFS. */
function loudestDbfs(samples: Float64Array): number {
  const slice = (SLICE_MS * RATE) / 1000;
  let most = 0;
  for (let at = 0; at < samples.length; at += slice) {
    const part = samples.subarray(at, at + slice);
    most = Math.max(most, part.reduce((sum, sample) => sum + sample ** 2, 0) / part.length);
  }
  return 10 * Math.log10(most / FULL_SCALE ** 2);
}

/** The mean of `count` samples from `start` on: a filter good enough below a quarter of the rate. */
function mean(pcm: Int16Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += pcm[i]!;
  return sum / count;
}
