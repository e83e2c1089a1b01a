import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from './reconnect-delay.ts';

describe('the wait before a lost feed is opened again', () => {
  it('doubles up to fifteen seconds, also after many failures', () => {
    expect([1, 2, 3, 6, 1000].map((failures) => reconnectDelayMs(failures, 1))).toEqual([
      500, 1000, 2000, 15_000, 15_000,
    ]);
  });

  it('is spread over its upper half', () => {
    expect([0, 0.5, 1].map((random) => reconnectDelayMs(2, random))).toEqual([500, 750, 1000]);
  });
});
