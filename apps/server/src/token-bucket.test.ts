import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('is full at first and fills again with time, up to what it holds', () => {
    const clock = new DrivenClock();
    const bucket = new TokenBucket({ capacity: 10, perSecond: 2 }, clock);
    expect(bucket.take(4)).toBe(6);
    clock.advance(1_500);
    expect(bucket.level).toBe(9);
    clock.advance(60_000);
    expect(bucket.level).toBe(10);
  });

  it('can be overdrawn, and is then paid back first', () => {
    const clock = new DrivenClock();
    const bucket = new TokenBucket({ capacity: 10, perSecond: 2 }, clock);
    expect(bucket.take(14)).toBe(-4);
    clock.advance(1_000);
    expect(bucket.level).toBe(-2);
  });
});
