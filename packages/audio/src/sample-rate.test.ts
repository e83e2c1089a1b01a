import { describe, expect, it } from 'vitest';
import { isSampleRate, msToSamples, SAMPLE_RATES, samplesToMs } from './sample-rate.ts';

describe('sample rates', () => {
  it('are 8, 16, 24 and 48 kHz and nothing else', () => {
    expect([8000, 16000, 24000, 48000].every(isSampleRate)).toBe(true);
    expect([0, 11025, 44100, 8000.5, NaN].some(isSampleRate)).toBe(false);
  });
});

describe('durations', () => {
  it('round to the nearest sample', () => {
    expect(msToSamples(20, 8000)).toBe(160);
    expect(msToSamples(0.1, 8000)).toBe(1);
    expect(msToSamples(0.05, 8000)).toBe(0);
  });

  it('come back unrounded, and whole milliseconds come back exactly', () => {
    expect(samplesToMs(1, 8000)).toBe(0.125);
    for (const rate of SAMPLE_RATES) {
      for (let ms = 0; ms < 3000; ms += 7)
        expect(samplesToMs(msToSamples(ms, rate), rate)).toBe(ms);
    }
  });
});
