/** How a set of measurements is distributed; the unit is that of the measurements. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The number with two digits after the point. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The distribution with two digits after the point. */
export function roundedDistribution({ count, p50, p95, p99, max }: Distribution): Distribution {
  return { count, p50: rounded(p50), p95: rounded(p95), p99: rounded(p99), max: rounded(max) };
}

/** The smallest measurement that at least `percent` per cent (0–100) do not exceed; NaN for none. */
export function percentile(ascending: readonly number[], percent: number): number {
  const rank = Math.ceil((percent / 100) * ascending.length);
  return ascending[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** The distribution of the measurements in any order, or null when there are none. */
export function distributionOf(measurements: readonly number[]): Distribution | null {
  const ascending = measurements.toSorted((a, b) => a - b);
  const max = ascending.at(-1);
  if (max === undefined) return null;
  return {
    count: ascending.length,
    p50: percentile(ascending, 50),
    p95: percentile(ascending, 95),
    p99: percentile(ascending, 99),
    max,
  };
}
