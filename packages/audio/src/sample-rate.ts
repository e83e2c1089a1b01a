import { AudioError } from './audio-error.ts';

/** The sample rates in hertz that audio inside the service has. */
export type SampleRate = 8000 | 16000 | 24000 | 48000;

/** Every `SampleRate`, ascending. */
export const SAMPLE_RATES: readonly SampleRate[] = [8000, 16000, 24000, 48000];

/** True when `rate` is one of `SAMPLE_RATES`. */
export function isSampleRate(rate: number): rate is SampleRate {
  return (SAMPLE_RATES as readonly number[]).includes(rate);
}

/** Throws `invalid_argument` unless `rate` is one of `SAMPLE_RATES`. */
export function requireSampleRate(name: string, rate: number): asserts rate is SampleRate {
  if (isSampleRate(rate)) return;
  throw new AudioError(
    'invalid_argument',
    `${name} is ${rate} Hz; use one of ${SAMPLE_RATES.join(', ')}`,
  );
}

/** Number of samples per channel in `ms` milliseconds, rounded to the nearest whole sample. */
export function msToSamples(ms: number, sampleRate: number): number {
  return Math.round((ms * sampleRate) / 1000);
}

/** Duration in milliseconds of `samples` samples per channel; not rounded. */
export function samplesToMs(samples: number, sampleRate: number): number {
  return (samples * 1000) / sampleRate;
}
