import { describe, expect, it } from 'vitest';
import { MAX_QUEUED_MS, Playout } from './playout.ts';
import { EchoWatch } from './echo-watch.ts';
import { PlayoutLedger } from './playout-ledger.ts';
import { sendingLineOf } from './sending-line.ts';
import type { LegCapabilities } from './ports/caller-leg.ts';
import { DrivenClock, MemoryLeg } from './testing/index.ts';

const A = { generationId: 'gen_a', itemId: 'a' };

class Trial {
  readonly clock = new DrivenClock();
  readonly ledger = new PlayoutLedger();
  readonly told: string[] = [];
  readonly leg: MemoryLeg;
  readonly playout: Playout;

  constructor(capabilities: Partial<LegCapabilities> = {}) {
    this.leg = new MemoryLeg(this.clock, capabilities);
    this.ledger.open('a');
    this.ledger.open('b');
    this.playout = new Playout({
      clock: this.clock,
      leg: this.leg,
      ledger: this.ledger,
      line: sendingLineOf(this.clock),
      recording: null,
      echo: new EchoWatch(400),
      onSent: () => {},
      onFirstAudio: (generationId) => this.told.push(`first ${generationId}`),
      onStarted: () => this.told.push('started'),
      onItemPlayed: (itemId) => this.told.push(`played ${itemId}`),
      onDrained: () => this.told.push('drained'),
    });
  }

  /** Counts up through the samples, so that each can be told from the others. */
  say(itemId: string, ms: number, from = 0): void {
    const pcm = Int16Array.from({ length: ms * 8 }, (_, index) => from + index);
    this.playout.enqueue({ generationId: `gen_${itemId}`, itemId }, pcm, 8000);
  }
}

describe('Playout', () => {
  it('keeps at most the lead ahead of the ear, and never lets it run dry', () => {
    const trial = new Trial({ maxLeadMs: 400 });
    trial.say('a', 3_000);
    expect(trial.leg.sentMs()).toBe(400);
    for (let elapsedMs = 0; elapsedMs < 2_500; elapsedMs += 10) {
      const aheadMs = trial.leg.sentMs() - trial.playout.playedMs('a');
      expect(aheadMs).toBeLessThanOrEqual(400);
      expect(aheadMs).toBeGreaterThan(200);
      trial.clock.advance(10);
    }
  });

  it('tells the first audio at once, and the end when it was heard', () => {
    const trial = new Trial();
    trial.say('a', 300);
    expect(trial.told).toEqual(['started', 'first gen_a']);
    trial.playout.endItem('gen_a', 'a');
    trial.clock.advance(299);
    expect(trial.told).toHaveLength(2);
    trial.clock.advance(1);
    expect(trial.told.slice(2)).toEqual(['played a', 'drained']);
    expect(trial.clock.pending).toBe(0);
  });

  it('plays what is generated late from the moment it comes', () => {
    const trial = new Trial();
    trial.say('a', 100);
    trial.clock.advance(500);
    trial.say('a', 100, 800);
    expect(trial.playout.playedMs('a')).toBe(100);
    trial.clock.advance(50);
    expect(trial.playout.playedMs('a')).toBe(150);
  });

  it('plays one item after another and tells each position when it is cut', () => {
    const trial = new Trial({ bargeIn: 'cancel', maxLeadMs: 10_000 });
    trial.say('a', 500);
    trial.playout.endItem('gen_a', 'a');
    trial.say('b', 500);
    trial.clock.advance(200);
    expect(trial.playout.cut()).toEqual([
      { itemId: 'a', generationId: 'gen_a', playedMs: 200 },
      { itemId: 'b', generationId: 'gen_b', playedMs: 0 },
    ]);
    trial.clock.advance(5_000);
    expect(trial.told).not.toContain('drained');
    expect(trial.clock.pending).toBe(0);
  });

  it('goes on from the very sample at which it was held', () => {
    const trial = new Trial({ maxLeadMs: 400 });
    trial.say('a', 1_000);
    trial.playout.endItem('gen_a', 'a');
    trial.clock.advance(250);
    const before = trial.leg.sent.length;
    trial.playout.hold();
    trial.clock.advance(700);
    expect(trial.playout.playedMs('a')).toBe(250);
    trial.playout.resume();
    trial.clock.advance(2_000);
    const after = trial.leg.sent.slice(before).flatMap((audio) => [...audio.pcm]);
    expect(after).toEqual(Array.from({ length: 750 * 8 }, (_, index) => 250 * 8 + index));
    expect(trial.told.slice(-2)).toEqual(['played a', 'drained']);
  });

  it('believes marks rather than its own clock where the leg gives them', () => {
    const trial = new Trial({ playedPosition: 'marks' });
    trial.say('a', 400);
    trial.playout.endItem('gen_a', 'a');
    trial.clock.advance(300);
    expect(trial.playout.playedMs('a')).toBe(0);
    trial.playout.reportPlayed('a', 200);
    expect(trial.playout.playedMs('a')).toBe(200);
    trial.playout.reportPlayed('a', 400);
    expect(trial.told.at(-1)).toBe('drained');
  });

  it('resamples to the rate of the leg without changing the length', () => {
    const trial = new Trial({ bargeIn: 'cancel', maxLeadMs: 10_000 });
    trial.playout.enqueue(A, new Int16Array(16_000), 16_000);
    trial.playout.endItem('gen_a', 'a');
    trial.clock.advance(10);
    expect(trial.leg.sentMs()).toBeCloseTo(1_000, 0);
  });

  it('sends all of an item whose voice changes to one of another rate', () => {
    const trial = new Trial({ bargeIn: 'cancel', maxLeadMs: 10_000 });
    for (const rate of [16_000, 24_000, 8000] as const) {
      trial.playout.enqueue(A, new Int16Array(rate / 4).fill(1_000), rate);
    }
    trial.playout.endItem('gen_a', 'a');
    trial.clock.advance(1_000);
    expect(trial.leg.sentMs()).toBe(750);
  });

  it('refuses audio beyond its bound', () => {
    const trial = new Trial();
    const pcm = new Int16Array(8 * 60_000);
    expect(trial.playout.enqueue(A, pcm, 8000)).toBe(true);
    expect(trial.playout.enqueue(A, pcm, 8000)).toBe(true);
    trial.playout.enqueue(A, pcm, 8000);
    expect(trial.playout.enqueue(A, pcm, 8000)).toBe(false);
    expect(trial.ledger.generatedMs('a')).toBeGreaterThan(MAX_QUEUED_MS);
    trial.playout.close();
    expect(trial.clock.pending).toBe(0);
  });
});
