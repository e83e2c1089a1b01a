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
  it.each([28, 32, 168])('filter as the sum of %i weights says', (taps) => {
    const [phases, step] = [2, 3];
    const rows = Float32Array.from(noise(phases * taps, 1_000), (weight) => weight / 20_000);
    const weights = placeWeights(rows, { phases, step });
    const pcm = noise(taps + 100);
    inputRoom().set(pcm);
    const count = 60;
    const sums = Array.from({ length: count }, (_, output) => {
      const at = 1 + output * step;
      const row = rows.subarray((at % phases) * taps, ((at % phases) + 1) * taps);
      return row.reduce((total, w, tap) => total + w * pcm[Math.floor(at / phases) + tap]!, 0);
    });
    const filtered = filterInput(weights, { phase: 1, count });
    const errors = sums.map((sum, index) => filtered[index]! - sum);
    const power = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0);
    // In decibels: the rounding of weights to 16 bits. The resampler promises 60.
    expect(10 * Math.log10(power(errors) / power(sums))).toBeLessThan(-70);
  });

  it.each([28, 168])('saturate where the sum of %i weights is too loud', (taps) => {
    const weights = placeWeights(new Float32Array(taps).fill(0.2), { phases: 1, step: 1 });
    for (const [level, expected] of [
      [32_767, 32_767],
      [-32_768, -32_768],
    ] as const) {
      inputRoom().fill(level, 0, taps + 3);
      expect([...filterInput(weights, { phase: 0, count: 4 })]).toEqual(Array(4).fill(expected));
    }
  });

  it('keep the sum of a row, so that what is constant stays so', () => {
    const taps = 56;
    const rows = Float32Array.from(noise(taps, 1_000), (weight) => weight / 20_000);
    rows[30]! += 1 - rows.reduce((total, weight) => total + weight, 0);
    const weights = placeWeights(rows, { phases: 1, step: 1 });
    inputRoom().fill(20_000, 0, taps + 9);
    expect([...filterInput(weights, { phase: 0, count: 10 })]).toEqual(Array(10).fill(20_000));
  });

  it('take rows as far as they fit', () => {
    const shape = { phases: 1, step: 1 };
    expect(() => placeWeights(new Float32Array(200_000), shape)).toThrow('do not fit');
  });

  it.each([0, 1, 7, 8, 4_095, 4_096, 4_097, 8_000])(
    'lay %i samples of two channels side by side',
    (count) => {
      const [left, right] = [noise(count), noise(count + 1).subarray(1)];
      const out = new Int16Array(2 * count);
      interleaveStereo(left, right, out);
      const expected = Int16Array.from(out, (_, at) => (at % 2 === 0 ? left : right)[at >> 1]!);
      expect(out.every((sample, at) => sample === expected[at])).toBe(true);
    },
  );

  it.each([
    [0, 5_000],
    [4_096, 0],
    [4_500, 3],
    [0, 0],
  ])('lay silence where a channel of %i and one of %i samples are over', (first, second) => {
    const [left, right] = [noise(first), noise(second)];
    const out = new Int16Array(10_000).fill(1);
    interleaveStereo(left, right, out);
    const expected = out.map((_, at) => (at % 2 === 0 ? left : right)[at >> 1] ?? 0);
    expect(out.every((sample, at) => sample === expected[at])).toBe(true);
  });
});
