import { describe, expect, it } from 'vitest';
import { silenceWindowMs } from './silence-window.ts';

const MEDIUM_MS = 4_000;

describe('the silence that ends a turn', () => {
  it('is shorter the likelier the words are whole', () => {
    const windows = [1, 0.6, 0.3, 0.1, 0].map((score) => silenceWindowMs(score, MEDIUM_MS));
    expect(windows).toEqual([200, 300, 550, 900, 1_500]);
  });

  it('outlasts the gaps between spoken digits while some are missing', () => {
    expect(silenceWindowMs(0, MEDIUM_MS)).toBeGreaterThan(700);
    expect(silenceWindowMs(0, 2_000)).toBeGreaterThan(700);
  });

  it.each([
    [2_000, 250],
    [4_000, 500],
    [8_000, 1_000],
  ])(
    'is, with a longest wait of %i ms, %i ms where the words say nothing',
    (longestMs, windowMs) => {
      expect(silenceWindowMs(undefined, longestMs)).toBe(windowMs);
    },
  );

  it('is never longer than the longest wait', () => {
    for (const score of [undefined, 0, 0.1, 0.4, 1]) {
      expect(silenceWindowMs(score, 150)).toBeLessThanOrEqual(150);
    }
  });
});
