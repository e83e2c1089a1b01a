import { describe, expect, it } from 'vitest';
import { filterInput, inputRoom, interleaveStereo, placeWeights } from './audio-kernels.ts';

/** The same noise every time. */
function noise(count: number, loudest = 32_767): Int16Array {
  let state = 1;
  return Int16Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (2 * (state / 2_147_483_647) - 1) * loudest;
  });
}

describe('the kernels', () => {
  it('filter as the sum of weights says, and saturate', () => {
    const [phases, step, taps] = [2, 3, 28];
    const rows = Float32Array.from(noise(phases * taps, 1_000), (weight) => weight / 1_000);
    const weights = placeWeights(rows, { phases, step });
    const pcm = noise(100);
    inputRoom().set(pcm);
    const count = 40;
    const expected = Array.from({ length: count }, (_, output) => {
      const at = 1 + output * step;
      const row = rows.subarray((at % phases) * taps, ((at % phases) + 1) * taps);
      const sum = row.reduce((total, w, tap) => total + w * pcm[Math.floor(at / phases) + tap]!, 0);
      return Math.max(-32_768, Math.min(32_767, sum));
    });
    const filtered = filterInput(weights, { inputs: pcm.length, phase: 1, count });
    expect(expected.filter((sample) => Math.abs(sample) > 32_766).length).toBeGreaterThan(5);
    expected.forEach((sample, index) => {
      expect(Math.abs(filtered[index]! - sample)).toBeLessThan(1);
    });
  });

  it('take rows of a multiple of 28 weights, as far as they fit', () => {
    const shape = { phases: 1, step: 1 };
    expect(() => placeWeights(new Float32Array(30), shape)).toThrow('1 rows of 30 weights');
    expect(() => placeWeights(new Float32Array(28 * 10_000), shape)).toThrow('do not fit');
  });

  it.each([0, 1, 7, 8, 2_047, 2_048, 2_049, 8_000])(
    'lay %i samples of two channels side by side',
    (count) => {
      const [left, right] = [noise(count), noise(count + 1).subarray(1)];
      const out = new Int16Array(2 * count);
      interleaveStereo(left, right, out);
      const expected = Int16Array.from(out, (_, at) => (at % 2 === 0 ? left : right)[at >> 1]!);
      expect(out.every((sample, at) => sample === expected[at])).toBe(true);
    },
  );
});
