import type { SampleRate } from '@antiphon/audio';

/** Voices have most of their power below 1 kHz, and so little of it is cheap to compare. */
const RATE = 2_000;

/** Echo comes back within the buffers of a client and of the network on the way. */
const MAX_DELAY_MS = 1_000;

/** The sound that is compared: shorter stretches of two voices may look alike by chance. */
const COMPARED_MS = 320;

/**
 * How alike caller audio and agent audio must be, 0 to 1, for the one to be the echo of the other:
 * an echo alone measures above 0.9, another voice against any delay up to 0.65, a caller as loud as
 * the echo 0.7 at most.
 */
const ALIKE = 0.75;

/** Below this power nothing is compared: rounding looks like anything. */
const LEAST_POWER = 4;

/**
 * Tells the agent's own voice, coming back over the caller's line, from the caller. It keeps what
 * the caller was given to hear, at 2 kHz, for as long as its echo may take.
 */
export class EchoWatch {
  /** Made when the agent first speaks. */
  #ring = new Int16Array(1);
  readonly #leadMs: number;
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

  /** Whether caller audio that ends at `endsAtMs` is an echo of what was played. */
  isEcho(pcm: Int16Array, rate: SampleRate, endsAtMs: number): boolean {
    const step = rate / RATE;
    const length = Math.min((COMPARED_MS * RATE) / 1000, Math.floor(pcm.length / step));
    const offset = pcm.length - length * step;
    const caller = new Float64Array(length);
    for (let i = 0; i < length; i++) caller[i] = mean(pcm, offset + i * step, step);
    const power = powerOf(caller);
    if (power < LEAST_POWER * length) return false;
    const first = Math.round((endsAtMs * RATE) / 1000) - length;
    const delays = (MAX_DELAY_MS * RATE) / 1000;
    const played = new Float64Array(length + delays);
    for (let i = 0; i < played.length; i++) played[i] = this.#at(first - delays + i);
    return likeness(caller, power, played) >= ALIKE;
  }

  #at(sample: number): number {
    if (sample >= this.#endSample || sample < this.#endSample - this.#ring.length) return 0;
    return this.#ring[((sample % this.#ring.length) + this.#ring.length) % this.#ring.length]!;
  }

  #silence(from: number, to: number): void {
    for (let sample = from; sample < to; sample++) this.#ring[sample % this.#ring.length] = 0;
  }
}

/** The largest correlation of `caller` with any stretch of `played`, of either sign, 0 to 1. */
function likeness(caller: Float64Array, power: number, played: Float64Array): number {
  const { length } = caller;
  let playedPower = 0;
  for (let i = 0; i < length; i++) playedPower += played[i]! ** 2;
  let best = 0;
  for (let delay = 0; delay + length <= played.length; delay++) {
    if (delay > 0) playedPower += played[delay + length - 1]! ** 2 - played[delay - 1]! ** 2;
    if (playedPower < LEAST_POWER * length) continue;
    let product = 0;
    for (let i = 0; i < length; i++) product += caller[i]! * played[delay + i]!;
    best = Math.max(best, Math.abs(product) / Math.sqrt(power * playedPower));
  }
  return best;
}

function powerOf(samples: Float64Array): number {
  let power = 0;
  for (const sample of samples) power += sample ** 2;
  return power;
}

/** The mean of `count` samples from `start` on: a filter good enough below a quarter of the rate. */
function mean(pcm: Int16Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += pcm[i]!;
  return sum / count;
}
