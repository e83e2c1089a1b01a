import { describe, expect, it } from 'vitest';
import { TurnAllowance } from './turn-allowance.ts';
import type { TurnRank } from './turn-allowance.ts';

function allow(perSecond: number) {
  let nowMs = 5_000;
  const allowance = new TurnAllowance(perSecond, () => nowMs);
  return {
    pass: (ms: number) => void (nowMs += ms),
    /** How many of this many turns there is room for. */
    take: (rank: TurnRank, count: number) =>
      Array.from({ length: count }, () => allowance.take(rank)).filter(Boolean).length,
  };
}

describe('the turns a second that there is room for', () => {
  it('are those of one second at once, and no more after a long time', () => {
    const { take, pass } = allow(10);
    expect(take('first', 100)).toBe(10);
    pass(60_000);
    expect(take('first', 100)).toBe(10);
    pass(300);
    expect(take('first', 100)).toBe(3);
  });

  it('are half for remarkable turns, which may take all', () => {
    const { take, pass } = allow(10);
    expect(take('rest', 100)).toBe(5);
    expect(take('first', 100)).toBe(5);
    pass(500);
    expect(take('rest', 100)).toBe(0);
    pass(500);
    expect(take('rest', 100)).toBe(5);
  });

  it('are as many over time as are asked for', () => {
    const { take, pass } = allow(3);
    let taken = 0;
    for (let step = 0; step < 1_000; step++) {
      taken += take('rest', 2);
      pass(100);
    }
    expect(taken).toBeGreaterThanOrEqual(300);
    expect(taken).toBeLessThanOrEqual(303);
  });

  it('may be less than one', () => {
    const { take, pass } = allow(0.5);
    expect(take('rest', 5)).toBe(1);
    pass(1_900);
    expect(take('first', 5)).toBe(0);
    pass(100);
    expect(take('rest', 5)).toBe(1);
  });

  it('let through what was told, which the others wait for, a second at most', () => {
    const { take, pass } = allow(10);
    expect(take('told', 100)).toBe(100);
    pass(1_000);
    expect(take('first', 100)).toBe(0);
    pass(1_000);
    expect(take('first', 100)).toBe(10);
  });
});
