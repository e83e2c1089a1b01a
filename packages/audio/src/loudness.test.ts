import { describe, expect, it } from 'vitest';
import { applyGain, dbfs, peak, rms } from './loudness.ts';

const sine = (amplitude: number): Int16Array =>
  Int16Array.from({ length: 8000 }, (_, i) => Math.round(amplitude * Math.sin((Math.PI * i) / 40)));

describe('level', () => {
  it('of a full-scale sine is -3.01 dBFS and of a full-scale square 0 dBFS', () => {
    expect(dbfs(sine(32767))).toBeCloseTo(-3.01, 2);
    expect(dbfs(new Int16Array(10).fill(-32768))).toBe(0);
  });

  it('falls by 20 dB with a tenth of the amplitude', () => {
    expect(dbfs(sine(30000)) - dbfs(sine(3000))).toBeCloseTo(20, 2);
  });

  it('of silence and of nothing is minus infinity', () => {
    expect(dbfs(new Int16Array(160))).toBe(-Infinity);
    expect(dbfs(new Int16Array(0))).toBe(-Infinity);
    expect(rms(new Int16Array(0))).toBe(0);
  });

  it('as RMS is in sample units', () => {
    expect(rms(Int16Array.of(3, -4, 3, -4))).toBeCloseTo(Math.sqrt(12.5), 12);
  });
});

describe('peak', () => {
  it('is the largest magnitude, of either sign', () => {
    expect(peak(Int16Array.of(5, -7, 6))).toBe(7);
    expect(peak(Int16Array.of(-32768, 32767))).toBe(32768);
    expect(peak(new Int16Array(0))).toBe(0);
  });
});

describe('gain', () => {
  it('scales and rounds', () => {
    expect(applyGain(Int16Array.of(100, -100, 3), 0.5)).toEqual(Int16Array.of(50, -50, 2));
  });

  it('saturates instead of wrapping', () => {
    expect(applyGain(Int16Array.of(20000, -20000), 2)).toEqual(Int16Array.of(32767, -32768));
    expect(applyGain(Int16Array.of(-32768), -1)).toEqual(Int16Array.of(32767));
  });

  it('leaves its input alone unless that is also the output', () => {
    const pcm = Int16Array.of(1, 2);
    expect(applyGain(pcm, 3)).toEqual(Int16Array.of(3, 6));
    expect(pcm).toEqual(Int16Array.of(1, 2));
    expect(applyGain(pcm, 3, pcm)).toBe(pcm);
    expect(pcm).toEqual(Int16Array.of(3, 6));
  });

  it('refuses an output that is too short', () => {
    expect(() => applyGain(new Int16Array(2), 1, new Int16Array(1))).toThrowError(/out holds 1/);
  });
});
