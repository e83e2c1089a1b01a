import { describe, expect, it } from 'vitest';
import { speechIntervals } from './speech-intervals.ts';

/** Audio of consecutive parts, each [milliseconds, level in dBFS], as a square wave. */
function audio(rate: number, ...parts: [number, number][]): Int16Array {
  return Int16Array.from(
    parts.flatMap(([ms, level]) => {
      const amplitude = Math.round(32768 * 10 ** (level / 20));
      return Array.from({ length: (ms * rate) / 1000 }, (_, i) => (i % 8 < 4 ? 1 : -1) * amplitude);
    }),
  );
}

const QUIET = -80;

describe('speech intervals', () => {
  it.each([8000, 16000, 24000, 48000, 22050])(
    'stand where the loud part stands at %i Hz',
    (rate) => {
      const pcm = audio(rate, [300, QUIET], [500, -20], [200, QUIET]);
      expect(speechIntervals(pcm, rate)).toEqual([{ startMs: 300, endMs: 800 }]);
    },
  );

  it('begin at -45 dBFS and last down to -50 dBFS', () => {
    const pcm = audio(8000, [300, -45.5], [100, -44.5], [300, -49.5], [300, -50.5]);
    expect(speechIntervals(pcm, 8000)).toEqual([{ startMs: 300, endMs: 700 }]);
  });

  it('bridge gaps under 200 ms only', () => {
    const gap = (ms: number): Int16Array => audio(8000, [100, -20], [ms, QUIET], [100, -20]);
    expect(speechIntervals(gap(190), 8000)).toEqual([{ startMs: 0, endMs: 390 }]);
    expect(speechIntervals(gap(200), 8000)).toEqual([
      { startMs: 0, endMs: 100 },
      { startMs: 300, endMs: 400 },
    ]);
  });

  it('drop sounds under 80 ms, after bridging', () => {
    expect(speechIntervals(audio(8000, [70, -20], [300, QUIET]), 8000)).toEqual([]);
    expect(speechIntervals(audio(8000, [80, -20], [300, QUIET]), 8000)).toHaveLength(1);
    expect(speechIntervals(audio(8000, [30, -20], [100, QUIET], [30, -20]), 8000)).toEqual([
      { startMs: 0, endMs: 160 },
    ]);
  });

  it('end with audio that stops within a frame', () => {
    const pcm = audio(8000, [105, -20]);
    expect(speechIntervals(pcm, 8000)).toEqual([{ startMs: 0, endMs: 105 }]);
  });

  it('are none in silence and in nothing', () => {
    expect(speechIntervals(new Int16Array(8000), 8000)).toEqual([]);
    expect(speechIntervals(new Int16Array(0), 8000)).toEqual([]);
  });

  it('need a rate in hertz', () => {
    for (const rate of [0, 8, NaN, Infinity]) {
      expect(() => speechIntervals(new Int16Array(1), rate)).toThrowError(/give it in hertz/);
    }
  });
});
