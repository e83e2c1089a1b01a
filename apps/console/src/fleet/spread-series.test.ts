import { describe, expect, it } from 'vitest';
import type { Fleet } from '@antiphon/observability';
import { emptyFleet } from '../testing/sample-fleet.ts';
import { shownRange, spreadSeries } from './spread-series.ts';

const MINUTE_MS = 60_000;

function minute(atMs: number, p50: number | null): Fleet['minutes'][number] {
  const egress = p50 === null ? null : { p50, p95: 2 * p50 };
  return { atMs, turns: 1, hops: { ...emptyFleet(0).hops, egress } };
}

describe('percentiles over time', () => {
  it('are drawn minute by minute, in seconds', () => {
    const minutes = [minute(0, 5), minute(MINUTE_MS, 6)];
    expect(spreadSeries(minutes, 'egress')).toEqual([
      [0, 60],
      [5, 6],
      [10, 12],
    ]);
  });

  it('have a gap where a minute had no turns, and where a hop was not marked', () => {
    const minutes = [minute(0, 5), minute(4 * MINUTE_MS, 6), minute(5 * MINUTE_MS, null)];
    expect(spreadSeries(minutes, 'egress')).toEqual([
      [0, 60, 240, 300],
      [5, null, 6, null],
      [10, null, 12, null],
    ]);
  });

  it('are nothing without turns', () => {
    expect(spreadSeries([], 'voiceToVoice')).toEqual([[], [], []]);
  });
});

describe('the time shown', () => {
  it.each([
    ['an hour of a server that runs for long', 0, 3600],
    ['since the start', 100 * MINUTE_MS, 1200],
    ['ten minutes of a server that has just started', 119 * MINUTE_MS, 600],
  ])('is %s', (_what, sinceMs, seconds) => {
    const [from, to] = shownRange(sinceMs, 120 * MINUTE_MS);
    expect(to).toBe(7200);
    expect(to - from).toBe(seconds);
  });
});
