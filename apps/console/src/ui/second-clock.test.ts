import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SecondClock } from './second-clock.ts';

describe('the clock of a page', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));

  afterEach(() => void vi.useRealTimers());

  it('tells all who listen once a second, and keeps its time between', () => {
    const clock = new SecondClock();
    const told: number[] = [];
    const leave = [1, 2].map(() => clock.subscribe(() => told.push(clock.now())));
    vi.advanceTimersByTime(1_700);
    expect(told).toEqual([1_001_000, 1_001_000]);
    expect(clock.now()).toBe(1_001_000);
    for (const end of leave) end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is right at once for whoever comes after a time in which nobody listened', () => {
    const clock = new SecondClock();
    vi.advanceTimersByTime(600_000);
    expect(clock.now()).toBe(1_600_000);
    clock.subscribe(() => {})();
    vi.advanceTimersByTime(600_000);
    expect(clock.now()).toBe(2_200_000);
  });
});
