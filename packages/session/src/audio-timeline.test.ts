import { describe, expect, it } from 'vitest';
import { AudioTimeline } from './audio-timeline.ts';

describe('AudioTimeline', () => {
  it('tells when a sound inside a frame reached us', () => {
    const timeline = new AudioTimeline();
    for (let frame = 1; frame <= 100; frame++) timeline.mark(frame * 20, 5_000 + frame * 20);
    expect(timeline.wallOf(1_990)).toBe(6_990);
    expect(timeline.wallOf(1_000)).toBe(6_000);
  });

  it('follows the wall across a gap in the audio', () => {
    const timeline = new AudioTimeline();
    timeline.mark(20, 1_020);
    timeline.mark(40, 4_000);
    expect(timeline.wallOf(20)).toBe(1_020);
    expect(timeline.wallOf(30)).toBe(3_990);
  });

  it('knows no instant without audio', () => {
    expect(new AudioTimeline().wallOf(0)).toBeNull();
  });

  it('tells when the audio that holds a sound was handed on', () => {
    const timeline = new AudioTimeline();
    for (let frame = 1; frame <= 1_000; frame++) {
      timeline.mark(frame * 20, 5_000 + frame * 20);
      timeline.handed(5_003 + frame * 20);
    }
    expect(timeline.arrivalOf(19_990)).toEqual({ handedAtMs: 25_003, jitterMs: 0 });
    expect(timeline.arrivalOf(19_900)).toEqual({ handedAtMs: 24_903, jitterMs: 0 });
    expect(new AudioTimeline().arrivalOf(0)).toBeNull();
  });

  it('knows how unevenly audio comes, however it is cut, and not by gaps', () => {
    const jitterOf = (atMsOf: (chunk: number) => number): number => {
      const timeline = new AudioTimeline();
      for (let chunk = 1; chunk <= 500; chunk++) {
        for (let slice = 4; slice >= 0; slice--) {
          timeline.mark(chunk * 100 - slice * 20, atMsOf(chunk));
        }
      }
      return timeline.arrivalOf(50_000)?.jitterMs ?? NaN;
    };
    expect(jitterOf((chunk) => chunk * 100)).toBe(0);
    expect(jitterOf((chunk) => chunk * 100 + (chunk % 2) * 8)).toBeCloseTo(8, 5);
    expect(jitterOf((chunk) => chunk * 100 + (chunk > 250 ? 30_000 : 0))).toBe(0);
  });
});
