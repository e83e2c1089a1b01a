import type { Fleet } from '@antiphon/observability';

/** What percentiles are told of. */
export type Figure = keyof Fleet['hops'];

/** Percentiles over time: seconds since the epoch, and milliseconds; null where no turn was. */
export type SpreadSeries = [at: number[], p50: (number | null)[], p95: (number | null)[]];

const MINUTE_MS = 60_000;

/** The percentiles of one figure, with a gap wherever a minute had no turns. */
export function spreadSeries(minutes: Fleet['minutes'], figure: Figure): SpreadSeries {
  const series: SpreadSeries = [[], [], []];
  let lastAtMs: number | null = null;
  for (const { atMs, hops } of minutes) {
    if (lastAtMs !== null && atMs - lastAtMs > 1.5 * MINUTE_MS) {
      push(series, lastAtMs + MINUTE_MS, null);
    }
    push(series, atMs, hops[figure]);
    lastAtMs = atMs;
  }
  return series;
}

function push([at, p50, p95]: SpreadSeries, atMs: number, spread: Fleet['hops'][Figure]): void {
  at.push(atMs / 1000);
  p50.push(spread?.p50 ?? null);
  p95.push(spread?.p95 ?? null);
}

/** The window that charts show, in seconds since the epoch: at least ten minutes, at most an hour. */
export function shownRange(sinceMs: number, nowMs: number): [from: number, to: number] {
  const fromMs = Math.max(nowMs - 60 * MINUTE_MS, Math.min(sinceMs, nowMs - 10 * MINUTE_MS));
  return [fromMs / 1000, nowMs / 1000];
}
