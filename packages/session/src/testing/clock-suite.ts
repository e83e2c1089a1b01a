import { describe, expect, it } from 'vitest';
import type { Clock } from '../ports/clock.ts';

/** What a {@link Clock} is tried with. */
export interface ClockTrial {
  readonly clock: Clock;
  /** Lets this much of the clock's time pass. */
  readonly pass: (ms: number) => Promise<void>;
}

/** The contract of the Clock port. */
export function describeClock(name: string, setup: () => ClockTrial): void {
  describe(`Clock: ${name}`, () => {
    it('never goes back', async () => {
      const { clock, pass } = setup();
      const before = clock.now();
      await pass(5);
      expect(clock.now()).toBeGreaterThan(before);
    });

    it('runs a timer once, later and not before it is due', async () => {
      const { clock, pass } = setup();
      const startedAtMs = clock.now();
      const ranAtMs: number[] = [];
      clock.setTimeout(() => ranAtMs.push(clock.now()), 5);
      expect(ranAtMs).toEqual([]);
      await pass(40);
      expect(ranAtMs).toHaveLength(1);
      expect(ranAtMs[0]! - startedAtMs).toBeGreaterThanOrEqual(4);
    });

    it('runs timers in the order of their instants', async () => {
      const { clock, pass } = setup();
      const order: string[] = [];
      clock.setTimeout(() => order.push('second'), 20);
      clock.setTimeout(() => order.push('first'), 2);
      await pass(60);
      expect(order).toEqual(['first', 'second']);
    });

    it('forgets a cleared timer and ignores one that has fired', async () => {
      const { clock, pass } = setup();
      let runs = 0;
      const cleared = clock.setTimeout(() => runs++, 5);
      const fired = clock.setTimeout(() => runs++, 1);
      clock.clearTimeout(cleared);
      await pass(30);
      clock.clearTimeout(fired);
      expect(runs).toBe(1);
    });
  });
}
