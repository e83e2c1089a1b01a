import { describe, expect, it } from 'vitest';
import { formatAge, formatLatency, formatPosition } from './format-duration.ts';

describe('durations in words', () => {
  it.each([
    [null, '–'],
    [0, '0 ms'],
    [6.34, '6.3 ms'],
    [-1.25, '-1.3 ms'],
    [412.4, '412 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1240, '1.24 s'],
    [59_994, '59.99 s'],
    [59_996, '1 m 00 s'],
    [125_000, '2 m 05 s'],
  ])('a latency of %s ms is %s', (ms, words) => {
    expect(formatLatency(ms)).toBe(words);
  });

  it.each([
    [-5, '0 s'],
    [9_900, '9 s'],
    [125_000, '2 m 05 s'],
    [3_720_000, '1 h 02 m'],
  ])('an age of %s ms is %s', (ms, words) => {
    expect(formatAge(ms)).toBe(words);
  });

  it.each([
    [-1, '0:00.0'],
    [7_399, '0:07.3'],
    [3_600_000, '60:00.0'],
  ])('the place %s ms into a recording is %s', (ms, words) => {
    expect(formatPosition(ms)).toBe(words);
  });
});
