import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { ConnectionRate } from './connection-rate.ts';

const admitted = (rate: ConnectionRate, key: string, tries: number) =>
  Array.from({ length: tries }, () => rate.admits(key)).filter(Boolean).length;

describe('ConnectionRate', () => {
  it('admits a minute’s worth at once, and then as many as the minute gives back', () => {
    const clock = new DrivenClock();
    const rate = new ConnectionRate(60, clock);
    expect(admitted(rate, 'sk-one', 100)).toBe(60);
    clock.advance(5_000);
    expect(admitted(rate, 'sk-one', 100)).toBe(5);
  });

  it('does not make one key wait for another', () => {
    const rate = new ConnectionRate(2, new DrivenClock());
    expect(admitted(rate, 'sk-one', 5)).toBe(2);
    expect(admitted(rate, 'sk-two', 5)).toBe(2);
  });
});
