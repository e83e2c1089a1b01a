import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Framer } from './framer.ts';

const samples = fc.int16Array({ maxLength: 200 });

describe('Framer', () => {
  it('loses, repeats and reorders nothing, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(samples), fc.integer({ min: 1, max: 64 }), (chunks, frameSamples) => {
        const framer = new Framer(frameSamples);
        const frames: Int16Array[] = [];
        for (const chunk of chunks) framer.push(chunk, (frame) => frames.push(frame));
        expect(frames.every((frame) => frame.length === frameSamples)).toBe(true);
        const pending = framer.pendingSamples;
        expect(pending).toBeLessThan(frameSamples);
        const rest = framer.flush();
        expect(rest?.realSamples ?? 0).toBe(pending);
        const out = frames.flatMap((frame) => [...frame]);
        if (rest) out.push(...rest.frame.subarray(0, rest.realSamples));
        expect(out).toEqual(chunks.flatMap((chunk) => [...chunk]));
      }),
    );
  });

  it('pads the last frame with zeros, not with older samples, and says how many are real', () => {
    const framer = new Framer(4);
    framer.push(Int16Array.of(1, 2, 3, 4, 5, 6, 7), () => {});
    framer.push(Int16Array.of(8, 9), () => {});
    expect(framer.flush()).toEqual({ frame: Int16Array.of(9, 0, 0, 0), realSamples: 1 });
  });

  it('has nothing to flush at a frame boundary', () => {
    const framer = new Framer(2);
    framer.push(Int16Array.of(1, 2), () => {});
    expect(framer.flush()).toBeUndefined();
  });

  it('starts anew after flush and after reset', () => {
    const framer = new Framer(2);
    const frames: Int16Array[] = [];
    framer.push(Int16Array.of(1), () => {});
    framer.flush();
    framer.push(Int16Array.of(2), () => {});
    framer.reset();
    framer.push(Int16Array.of(3, 4), (frame) => frames.push(frame));
    expect(frames).toEqual([Int16Array.of(3, 4)]);
  });

  it('gives frames that later chunks and changes to the input leave alone', () => {
    const framer = new Framer(2);
    const frames: Int16Array[] = [];
    const chunk = Int16Array.of(1, 2, 3);
    framer.push(chunk, (frame) => frames.push(frame));
    chunk.fill(99);
    framer.push(Int16Array.of(4, 5, 6), (frame) => frames.push(frame));
    expect(frames).toEqual([Int16Array.of(1, 2), Int16Array.of(3, 4), Int16Array.of(5, 6)]);
  });

  it('refuses a frame size that is no positive integer', () => {
    for (const size of [0, -1, 2.5, NaN]) {
      expect(() => new Framer(size)).toThrowError(/frameSamples is/);
    }
  });
});
