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
});
