import { describe, expect, it } from 'vitest';
import type { Clock } from './ports/clock.ts';
import { WakeTimer } from './wake-timer.ts';

/** A clock whose timers fire when the test says so, as late as it says. */
class LateClock implements Clock {
  nowMs = 0;
  waiting: { run: () => void; delayMs: number } | null = null;

  now(): number {
    return this.nowMs;
  }

  setTimeout(run: () => void, delayMs: number) {
    this.waiting = { run, delayMs };
    return this.waiting;
  }

  clearTimeout(): void {
    this.waiting = null;
  }

  fire(lateMs: number): void {
    const { waiting } = this;
    if (!waiting) throw new Error('No timer was set.');
    this.waiting = null;
    this.nowMs += waiting.delayMs + lateMs;
    waiting.run();
  }
}

describe('WakeTimer', () => {
  function open() {
    const clock = new LateClock();
    const told: (number | 'woken')[] = [];
    const timer = new WakeTimer(clock, {
      onWake: () => told.push('woken'),
      onLate: (lateMs) => told.push(lateMs),
    });
    return { clock, told, timer };
  }

  it('tells how much later than it was set it woke', () => {
    const { clock, told, timer } = open();
    timer.set(100);
    clock.fire(0);
    timer.set(250);
    clock.fire(37);
    expect(told).toEqual([0, 'woken', 37, 'woken']);
    expect(clock.nowMs).toBe(287);
  });

  it('waits for the instant that was set last, a millisecond at least', () => {
    const { clock, told, timer } = open();
    timer.set(100);
    timer.set(-5);
    expect(clock.waiting?.delayMs).toBe(1);
    clock.fire(0);
    expect(told).toEqual([0, 'woken']);
  });

  it('does not wake once it is stopped', () => {
    const { clock, told, timer } = open();
    timer.set(100);
    timer.stop();
    expect(clock.waiting).toBeNull();
    expect(told).toEqual([]);
  });
});
