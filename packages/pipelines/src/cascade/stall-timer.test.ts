import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { StallTimer } from './stall-timer.ts';

function setUp(): { clock: DrivenClock; timer: StallTimer; stalledAtMs: number[] } {
  const clock = new DrivenClock(0);
  const stalledAtMs: number[] = [];
  const timer = new StallTimer(clock, () => stalledAtMs.push(clock.now()));
  return { clock, timer, stalledAtMs };
}

describe('StallTimer', () => {
  it('tells once that nothing was heard', () => {
    const { clock, timer, stalledAtMs } = setUp();
    timer.start(100);
    clock.advance(1000);
    expect(stalledAtMs).toEqual([100]);
  });

  it('counts from what was heard last', () => {
    const { clock, timer, stalledAtMs } = setUp();
    timer.start(100);
    clock.advance(60);
    timer.touch();
    clock.advance(60);
    timer.touch();
    clock.advance(1000);
    expect(stalledAtMs).toEqual([220]);
  });

  it('keeps to a shorter limit that comes after a longer one', () => {
    const { clock, timer, stalledAtMs } = setUp();
    timer.start(1000);
    clock.advance(10);
    timer.start(100);
    clock.advance(1000);
    expect(stalledAtMs).toEqual([110]);
  });

  it('keeps to a longer limit that comes after a shorter one', () => {
    const { clock, timer, stalledAtMs } = setUp();
    timer.start(100);
    clock.advance(10);
    timer.start(1000);
    clock.advance(2000);
    expect(stalledAtMs).toEqual([1010]);
  });

  it('sets one timer however often it hears', () => {
    const { clock, timer } = setUp();
    timer.start(100);
    for (let touch = 0; touch < 50; touch += 1) timer.touch();
    timer.start(100);
    expect(clock.pending).toBe(1);
    timer.stop();
    timer.stop();
    expect(clock.pending).toBe(0);
  });
});
