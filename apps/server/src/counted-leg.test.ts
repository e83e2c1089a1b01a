import { DrivenClock, MemoryLeg, TestSession } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { CountedLeg } from './counted-leg.ts';

function open() {
  const clock = new DrivenClock();
  const counts = { in: 0, out: 0, late: 0 };
  const leg = new MemoryLeg(clock);
  const counted = new CountedLeg(leg, counts, clock);
  const send = (itemId: string, ms: number) =>
    counted.send({
      generationId: 'gen_1',
      itemId,
      pcm: new Int16Array(ms * 8),
      sampleRate: 8000,
      offsetMs: 0,
    });
  return { clock, counts, leg, counted, send };
}

describe('CountedLeg', () => {
  it('counts what is taken and what is sent, and passes it on', () => {
    const { counts, leg, counted, send } = open();
    const heard: number[] = [];
    counted.audio$.subscribe(({ pcm }) => heard.push(pcm.length));
    leg.speak(new Int16Array(160));
    leg.speak(new Int16Array(80));
    send('item_1', 20);
    expect([heard, leg.sent.length, counts]).toEqual([[160, 80], 1, { in: 2, out: 1, late: 0 }]);
    expect(counted.sentMs).toBe(20);
  });

  it('finds late what comes after the rest of its item was played', () => {
    const { clock, counts, send } = open();
    send('item_1', 40);
    send('item_1', 40);
    clock.advance(80);
    send('item_1', 40);
    expect(counts.late).toBe(0);
    clock.advance(41);
    send('item_1', 40);
    expect(counts.late).toBe(1);
    clock.advance(500);
    send('item_2', 40);
    expect(counts.late).toBe(1);
  });

  it('finds nothing late that was held back', () => {
    const { clock, counts, leg, counted, send } = open();
    send('item_1', 40);
    counted.clear();
    clock.advance(500);
    send('item_1', 40);
    expect([counts.late, leg.clearedAtMs.length]).toEqual([0, 1]);
  });

  it('leaves a call as it is', async () => {
    const { clock, counts, leg, counted } = open();
    const trial = new TestSession({}, {}, { leg: counted, clock });
    leg.speak(new Int16Array(160));
    expect(counts.in).toBe(1);
    leg.hangUp();
    expect(await trial.session.ended).toBe('callerLeft');
    expect(leg.closedWith).toBe('callerLeft');
  });
});
