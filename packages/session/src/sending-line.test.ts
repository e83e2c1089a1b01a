import { describe, expect, it } from 'vitest';
import type { Clock } from './ports/clock.ts';
import { sendingLineOf } from './sending-line.ts';
import { DrivenClock, TestSession } from './testing/index.ts';

/** A clock on which everything that is served takes a while. */
class BusyClock extends DrivenClock {
  busyMs = 0;

  override now(): number {
    return super.now() + this.busyMs;
  }
}

describe('the sending line', () => {
  it('serves those who wait in the order in which they came, and never at once', () => {
    const clock = new DrivenClock();
    const served: string[] = [];
    for (const name of ['a', 'b', 'c']) sendingLineOf(clock).join(() => served.push(name));
    expect(served).toEqual([]);
    clock.advance(1);
    expect(served).toEqual(['a', 'b', 'c']);
    expect(clock.pending).toBe(0);
  });

  it('lets everything else have its turn after a millisecond', () => {
    const clock = new BusyClock();
    const served: string[] = [];
    const join = (name: string) =>
      sendingLineOf(clock).join(() => {
        served.push(name);
        clock.busyMs += 0.6;
      });
    for (const name of ['a', 'b', 'c']) join(name);
    clock.advance(1);
    expect(served).toEqual(['a', 'b']);
    clock.advance(1);
    expect(served).toEqual(['a', 'b', 'c']);
  });

  it('puts those who join while they are served behind those who wait', () => {
    const clock = new DrivenClock();
    const served: string[] = [];
    const line = sendingLineOf(clock);
    line.join(() => {
      served.push('a');
      line.join(() => served.push('a again'));
    });
    line.join(() => served.push('b'));
    clock.advance(5);
    expect(served).toEqual(['a', 'b', 'a again']);
  });

  it('forgets those who leave, and holds no timer for nobody', () => {
    const clock = new DrivenClock();
    const served: string[] = [];
    const line = sendingLineOf(clock);
    const leave = line.join(() => served.push('a'));
    const leaveToo = line.join(() => served.push('b'));
    leave();
    leave();
    clock.advance(1);
    leaveToo();
    line.join(() => served.push('c'))();
    expect(clock.pending).toBe(0);
    expect(served).toEqual(['b']);
  });

  it('is one for all who live by a clock', () => {
    const clock: Clock = new DrivenClock();
    expect(sendingLineOf(clock)).toBe(sendingLineOf(clock));
    expect(sendingLineOf(clock)).not.toBe(sendingLineOf(new DrivenClock()));
  });
});

describe('a long answer to a client that buffers', () => {
  const BUFFERING = { bargeIn: 'cancel', maxLeadMs: 10_000 } as const;

  function answering(): TestSession {
    const test = new TestSession(BUFFERING);
    test.hear(400);
    test.callerTurn();
    test.engine.session.speak(Array.from({ length: 20 }, (_, index) => `w${index}`).join(' '));
    return test;
  }

  it('begins at once, and the rest follows in slices', () => {
    const test = answering();
    expect(test.leg.sentMs()).toBeLessThan(400);
    test.clock.advance(50);
    expect(test.leg.sentMs()).toBeCloseTo(4_000, -1);
    expect(test.leg.sent.length).toBeLessThan(15);
  });

  it('is cut while it waits in line, and nothing more of it is sent', () => {
    const test = answering();
    const before = test.leg.sentMs();
    test.detectors.detector.start();
    test.clock.advance(1_000);
    expect(test.leg.sentMs()).toBe(before);
    test.leg.hangUp();
    expect(test.clock.pending).toBe(0);
  });

  it('is sent without a gap between its slices', () => {
    const test = answering();
    test.engine.session.end();
    test.clock.advance(100);
    const offsets = test.leg.sent.map(({ offsetMs, pcm }) => [offsetMs, pcm.length / 8]);
    offsets.forEach(([offsetMs], index) => {
      const [beforeMs = 0, lengthMs = 0] = offsets[index - 1] ?? [];
      expect(offsetMs).toBeCloseTo(beforeMs + lengthMs, 3);
    });
  });
});
