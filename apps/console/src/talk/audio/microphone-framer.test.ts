import { describe, expect, it } from 'vitest';
import { FRAME_SAMPLES, MicrophoneFramer } from './microphone-framer.ts';
import type { MicrophoneFrame } from './microphone-framer.ts';

function framesOf(sampleRate: number, samples: Float32Array, blockSize = 128): MicrophoneFrame[] {
  const frames: MicrophoneFrame[] = [];
  const framer = new MicrophoneFramer(sampleRate, (frame) => frames.push(frame));
  for (let at = 0; at < samples.length; at += blockSize) {
    framer.hear(samples.subarray(at, at + blockSize));
  }
  return frames;
}

const sine = (sampleRate: number, hz: number, seconds: number) =>
  Float32Array.from({ length: sampleRate * seconds }, (_, at) =>
    Math.sin((2 * Math.PI * hz * at) / sampleRate),
  );

describe('a framer of the microphone', () => {
  it('makes frames of 20 ms, whatever the blocks', () => {
    const samples = sine(24_000, 300, 1);
    const whole = framesOf(24_000, samples, 24_000);
    expect(whole).toHaveLength(50);
    expect(whole.every(({ pcm }) => pcm.length === FRAME_SAMPLES)).toBe(true);
    expect(framesOf(24_000, samples, 128)).toStrictEqual(whole);
  });

  it('keeps every sample at the rate of the wire, and clips what is too loud', () => {
    const samples = new Float32Array(FRAME_SAMPLES);
    samples.set([0.5, -0.5, 1, -1, 3, -3]);
    const [frame] = framesOf(24_000, samples);
    // A sample lies at the end of the line that leads to it.
    expect([...(frame?.pcm.subarray(0, 7) ?? [])]).toStrictEqual([
      0, 16_384, -16_383, 32_767, -32_767, 32_767, -32_767,
    ]);
  });

  it('says how loud a frame is', () => {
    const [, frame] = framesOf(24_000, sine(24_000, 300, 1));
    expect(frame?.level).toBeCloseTo(Math.SQRT1_2, 2);
    expect(framesOf(24_000, new Float32Array(960))[0]?.level).toBe(0);
  });

  it.each([16_000, 44_100, 48_000])('resamples from %i Hz without losing time or tune', (rate) => {
    const frames = framesOf(rate, sine(rate, 300, 2));
    expect(frames).toHaveLength(100);
    const heard = frames.flatMap(({ pcm }) => [...pcm]);
    const worst = heard.reduce((most, sample, at) => {
      // One sample of the microphone later than it was heard.
      const inputAt = at / 24_000 - 1 / rate;
      return Math.max(most, Math.abs(sample / 32_767 - Math.sin(2 * Math.PI * 300 * inputAt)));
    }, 0);
    expect(worst).toBeLessThan(0.12);
  });
});
