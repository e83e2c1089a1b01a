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
  it('believes four words that want the floor as soon as they are known', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(180);
    judge.hear('can i speak', false);
    expect(told).toEqual([]);
    judge.hear('can i speak to', false);
    expect(told).toEqual(['confirmed at 180']);
  });

  it('believes three of them 400 ms after the onset', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(300);
    judge.hear('no no it', false);
    clock.advance(99);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(['confirmed at 400']);
  });

  it.each(['', 'the that', 'got to', 'oh okay right'])(
    'leaves what may begin a backchannel, "%s", until a second after the onset',
    (text) => {
      const { judge, clock, told } = new Trial();
      judge.hear(text, false);
      clock.advance(999);
      expect(told).toEqual([]);
      clock.advance(1);
      expect(told).toEqual(['confirmed at 1000']);
    },
  );

  it.each([
    ['let', 'uh-huh', 'dismissed'],
    ['stop', 'stop', 'confirmed'],
  ])('takes fewer of them, "%s", for what they are in the end, "%s"', (partial, final, verdict) => {
    const { judge, clock, told } = new Trial();
    clock.advance(300);
    judge.hear(partial, false);
    clock.advance(100);
    judge.paused(300);
    clock.advance(400);
    judge.stopped(300);
    judge.hear(final, true);
    expect(told).toEqual(['transcript wanted', `${verdict} at 800`]);
  });

  it('dismisses a backchannel that is understood only after the pause', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(300);
    judge.hear('let', false);
    judge.paused(300);
    clock.advance(200);
    judge.hear('uh-huh', false);
    clock.advance(100);
    expect(told).toEqual(['dismissed at 600']);
  });

  it('believes them a second after the onset, and leaves the turn open', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(300);
    judge.hear('no', false);
    judge.paused(300);
    clock.advance(699);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(['confirmed at 1000']);
  });

  it('takes what it hears at the pause for what was said, not what it heard on the way', () => {
    const { judge, clock, told } = new Trial();
    for (const text of ['go', 'hold', 'oh', 'okay']) {
      clock.advance(80);
      judge.hear(text, false);
    }
    clock.advance(200);
    judge.paused(420);
    clock.advance(100);
    expect(told).toEqual(['dismissed at 620']);
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
    clock.advance(650);
    expect(told).toEqual(['confirmed at 1000']);
  });

  it('dismisses a click at its end', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(160);
    judge.paused(60);
    expect(told).toEqual(['dismissed at 160']);
  });

  it.each([
    ['', 140, 'dismissed'],
    ['', 160, 'confirmed'],
    ['the that', 320, 'dismissed'],
    ['the that', 420, 'confirmed'],
    ['mm-hmm', 320, 'dismissed'],
    ['wait', 160, 'confirmed'],
  ])('asks for the transcript, and takes "%s" of %i ms as %s', (text, voicedMs, verdict) => {
    const { judge, clock, told } = new Trial();
    clock.advance(300);
    judge.paused(voicedMs);
    clock.advance(400);
    judge.stopped(voicedMs);
    expect(told).toEqual(['transcript wanted']);
    clock.advance(30);
    judge.hear(text, true);
    expect(told.slice(1)).toEqual([`${verdict} at 730`]);
  });

  it.each([
    ['okay', 'dismissed'],
    ['the that', 'dismissed'],
    ['when', 'confirmed'],
  ])(
    'takes speech that is not understood in the end for "%s", heard on the way',
    (text, verdict) => {
      const { judge, clock, told } = new Trial();
      clock.advance(200);
      judge.hear(text, false);
      judge.hear('', false);
      judge.paused(300);
      clock.advance(400);
      judge.stopped(300);
      judge.hear('', true);
      expect(told).toEqual(['transcript wanted', `${verdict} at 600`]);
    },
  );

  it('asks for the transcript within a second, however long the pause', () => {
    const { judge, clock, told } = new Trial();
    clock.advance(300);
    judge.paused(220);
    clock.advance(699);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(['transcript wanted']);
    judge.hear('', true);
    expect(told.slice(1)).toEqual(['confirmed at 1000']);
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
