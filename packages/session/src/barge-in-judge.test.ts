import { describe, expect, it } from 'vitest';
import { BargeInJudge, DEFAULT_JUDGE_TIMINGS } from './barge-in-judge.ts';
import { DrivenClock } from './testing/index.ts';

class Trial {
  readonly clock = new DrivenClock();
  readonly told: string[] = [];
  readonly judge = new BargeInJudge({
    clock: this.clock,
    timings: DEFAULT_JUDGE_TIMINGS,
    onTranscriptWanted: () => this.told.push('transcript wanted'),
    onVerdict: (verdict) => this.told.push(`${verdict} at ${this.clock.now() - this.#openedAtMs}`),
  });
  readonly #openedAtMs = this.clock.now();

  constructor() {
    this.judge.open(this.#openedAtMs);
  }
}

describe('a judge of speech over the agent', () => {
  it('believes words that want the floor as soon as they are known', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(180);
    judge.hear('stop', false);
    expect(told).toEqual(['confirmed at 180']);
  });

  it('believes speech that goes on without a known word after 400 ms', () => {
    const { clock, told } = new Trial();
    clock.advance(399);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(['confirmed at 400']);
  });

  it('waits up to a second while the words may be a backchannel', () => {
    const { judge, clock, told } = new Trial();
    judge.hear('okay', false);
    clock.advance(999);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(['confirmed at 1000']);
  });

  it('dismisses a backchannel a moment after it ends', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(350);
    judge.hear('uh-huh', false);
    clock.advance(100);
    judge.paused(350);
    clock.advance(100);
    expect(told).toEqual(['dismissed at 550']);
  });

  it('believes a backchannel that goes on to other words', () => {
    const { judge, clock, told } = new Trial();
    judge.hear('okay', false);
    clock.advance(300);
    judge.paused(200);
    clock.advance(50);
    judge.resumed();
    judge.hear('okay but', false);
    expect(told).toEqual(['confirmed at 350']);
  });

  it('dismisses a click at its end', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(160);
    judge.paused(60);
    expect(told).toEqual(['dismissed at 160']);
  });

  it.each([
    ['', 'dismissed'],
    ['mm-hmm', 'dismissed'],
    ['wait', 'confirmed'],
  ])('asks for the transcript of a short sound, and takes "%s" as %s', (text, verdict) => {
    const { judge, clock, told } = new Trial();
    clock.advance(300);
    judge.paused(200);
    clock.advance(400);
    judge.stopped(200);
    expect(told).toEqual(['transcript wanted']);
    clock.advance(30);
    judge.hear(text, true);
    expect(told.slice(1)).toEqual([`${verdict} at 730`]);
  });

  it('believes a short sound whose transcript does not come', () => {
    const { judge, clock, told } = new Trial();
    judge.stopped(300);
    clock.advance(1_000);
    expect(told).toEqual(['transcript wanted', 'confirmed at 1000']);
  });

  it('gives one verdict and holds no timer afterwards', () => {
    const { judge, clock, told } = new Trial();
    judge.hear('no', false);
    judge.hear('no wait', true);
    judge.paused(500);
    judge.stopped(500);
    clock.advance(5_000);
    expect(told).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
