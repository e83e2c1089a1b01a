import { describe, expect, it } from 'vitest';
import { distributionOf, percentile } from './percentiles.ts';

describe('percentile', () => {
  it('is a measurement that was made, the nearest rank', () => {
    const values = [10, 20, 30, 40, 50];
    expect(percentile(values, 50)).toBe(30);
    expect(percentile(values, 95)).toBe(50);
    expect(percentile(values, 20)).toBe(10);
    expect(percentile(values, 21)).toBe(20);
    expect(percentile(values, 0)).toBe(10);
  });

  it('is no number without measurements', () => {
    expect(percentile([], 50)).toBeNaN();
  });
});

describe('distributionOf', () => {
  it('takes measurements in any order and leaves them as they are', () => {
    const values = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect(distributionOf(values)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
    expect(values[0]).toBe(100);
  });

  it('is null without measurements', () => {
    expect(distributionOf([])).toBeNull();
  });
});
