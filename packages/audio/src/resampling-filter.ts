import type { SampleRate } from './sample-rate.ts';

/** The polyphase form of one low-pass filter for one pair of rates. */
export interface ResamplingFilter {
  /** `phases / step` is the output rate over the input rate, in lowest terms. */
  readonly phases: number;
  readonly step: number;
  /** Input samples that one output depends on: `halfTaps` up to its own time, `halfTaps` after. */
  readonly halfTaps: number;
  /**
   * `phases` rows of `2 * halfTaps` weights for the inputs of the row's span, oldest first; each row
   * sums to 1.
   */
  readonly weights: Float32Array;
}

// Speech to 3.4 kHz passes untouched at 8 kHz; at the lower rate's half everything is suppressed.
const PASSBAND_OF_HALF_RATE = 0.85;

// Stopband near -68 dB, below the 60 dB the resampler promises; the rounding to 16 bits is at -98.
const KAISER_BETA = 6.5;

// In samples of the lower rate: reaches the stopband.
const HALF_WIDTH = 28;

const filters = new Map<string, ResamplingFilter>();

/** The filter from `fromRate` to `toRate`, computed once and shared by all resamplers of the pair. */
export function resamplingFilter(fromRate: SampleRate, toRate: SampleRate): ResamplingFilter {
  const key = `${fromRate}>${toRate}`;
  let filter = filters.get(key);
  if (!filter) {
    filter = designFilter(fromRate, toRate);
    filters.set(key, filter);
  }
  return filter;
}

function designFilter(fromRate: SampleRate, toRate: SampleRate): ResamplingFilter {
  const divisor = greatestCommonDivisor(fromRate, toRate);
  const phases = toRate / divisor;
  const step = fromRate / divisor;
  const lowerRate = Math.min(fromRate, toRate);
  const halfTaps = (HALF_WIDTH * fromRate) / lowerRate;
  // The -6 dB point in cycles per half input sample, in the middle of the transition band.
  const cutoff = (((1 + PASSBAND_OF_HALF_RATE) / 2) * lowerRate) / fromRate;

  const taps = 2 * halfTaps;
  const weights = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    const row = new Float64Array(taps);
    for (let tap = 0; tap < taps; tap++) {
      const distance = phase / phases + halfTaps - 1 - tap;
      row[tap] = sinc(cutoff * distance) * kaiser(distance / halfTaps);
    }
    const sum = row.reduce((total, weight) => total + weight, 0);
    weights.set(
      row.map((weight) => weight / sum),
      phase * taps,
    );
  }
  return { phases, step, halfTaps, weights };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Zero at and beyond the edges, so that the row of phase 0 is symmetric like all others. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x));
}

function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
