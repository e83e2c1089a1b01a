import { describe, expect, it } from 'vitest';
import { PaceWatch } from './pace-watch.ts';

interface Stream {
  readonly hz: number;
  readonly chunkMs?: number;
  readonly ms?: number;
  /** How late the append of this number comes. */
  readonly lateMs?: (append: number) => number;
}

/** The rates told while a microphone's chunks come, declared to have 24 kHz. */
const toldOf = ({ hz, chunkMs = 20, ms = 20_000, lateMs = () => 0 }: Stream): number[] => {
  const watch = new PaceWatch(24000);
  const told: number[] = [];
  for (let append = 1; append * chunkMs <= ms; append++) {
    const doubt = watch.hear((hz * chunkMs) / 1000, append * chunkMs + lateMs(append));
    if (doubt) told.push(doubt.looksLikeHz);
  }
  return told;
};

describe('PaceWatch', () => {
  it('tells once of a stream that comes at the pace of a slower rate', () => {
    for (const chunkMs of [10, 20, 40, 100, 200]) {
      expect(toldOf({ hz: 8000, chunkMs })).toEqual([8000]);
      expect(toldOf({ hz: 16000, chunkMs })).toEqual([16000]);
    }
  });

  it('tells of it within three seconds and a half', () => {
    expect(toldOf({ hz: 8000, ms: 3_500 })).toEqual([8000]);
  });

  it('tells of it though the network is uneven', () => {
    expect(toldOf({ hz: 16000, lateMs: (append) => (append * 7) % 18 })).toEqual([16000]);
  });

  it('tells nothing of audio at the declared pace or a faster one', () => {
    for (const hz of [24000, 44100, 48000, 240_000]) expect(toldOf({ hz })).toEqual([]);
    expect(toldOf({ hz: 24000, lateMs: (append) => (append % 5) * 15 })).toEqual([]);
  });

  it('tells nothing of a client that is late by an uneven measure', () => {
    const falling = (append: number) => append * 10 + 150 * Math.sin(append / 20);
    expect(toldOf({ hz: 24000, lateMs: falling })).toEqual([]);
  });

  it('tells nothing of a client that sends only speech', () => {
    // Two thirds of the time speech, in phrases with pauses of half a second.
    const paused = (append: number) => Math.floor(append / 50) * 500;
    expect(toldOf({ hz: 24000, lateMs: paused })).toEqual([]);
  });

  it('tells nothing of audio that comes in one piece', () => {
    const watch = new PaceWatch(24000);
    expect(watch.hear(24_000 * 60, 0)).toBeNull();
    expect(watch.hear(24_000 * 60, 0)).toBeNull();
  });

  it('is done after fifteen seconds of another pace', () => {
    const watch = new PaceWatch(24000);
    for (let ms = 0; ms <= 15_000; ms += 20) watch.hear(480, ms);
    expect(watch.isDone).toBe(true);
    for (let ms = 15_020; ms <= 30_000; ms += 20) expect(watch.hear(160, ms)).toBeNull();
  });
});
