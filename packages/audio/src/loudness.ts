import { requireRoom } from './audio-error.ts';

/** RMS that reads 0 dBFS: a square wave at full scale, which ITU-T G.100.1 calls 0 dBov. */
const FULL_SCALE = 32768;

/** Root mean square of the samples, 0 to 32768; 0 for no samples. */
export function rms(pcm: Int16Array): number {
  return pcm.length === 0 ? 0 : Math.sqrt(sumOfSquares(pcm, 0, pcm.length) / pcm.length);
}

/**
 * RMS level in dB relative to 32768, so a full-scale sine reads -3.01 and a full-scale square 0;
 * `-Infinity` for digital silence and for no samples.
 */
export function dbfs(pcm: Int16Array): number {
  return 20 * Math.log10(rms(pcm) / FULL_SCALE);
}

/** Largest magnitude of a sample, 0 to 32768; 0 for no samples. */
export function peak(pcm: Int16Array): number {
  let largest = 0;
  for (let i = 0; i < pcm.length; i++) {
    const sample = pcm[i]!;
    const magnitude = sample < 0 ? -sample : sample;
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

/**
 * Multiplies every sample by the linear factor `gain` (10 ** (dB / 20)), rounds and saturates, into
 * `out`, which may be `pcm` itself, or a new array; the result has exactly `pcm.length` samples.
 * Throws `buffer_too_small` when `out` is shorter.
 */
export function applyGain(pcm: Int16Array, gain: number, out?: Int16Array): Int16Array {
  const length = pcm.length;
  const scaled = out ?? new Int16Array(length);
  requireRoom(scaled.length, length);
  for (let i = 0; i < length; i++) {
    const sample = Math.round(pcm[i]! * gain);
    scaled[i] = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
  }
  return scaled.length === length ? scaled : scaled.subarray(0, length);
}

/** Sum of the squared samples from `start` up to but without `end`; exact to 2 ** 53. */
export function sumOfSquares(pcm: Int16Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) {
    const sample = pcm[i]!;
    sum += sample * sample;
  }
  return sum;
}
