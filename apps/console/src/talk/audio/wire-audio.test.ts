import { describe, expect, it } from 'vitest';
import { base64ToPcm16, pcm16ToBase64 } from './wire-audio.ts';

describe('audio on the wire', () => {
  it('is little-endian samples of 16 bits in base64', () => {
    expect(pcm16ToBase64(Int16Array.from([1, -2, 32_767]))).toBe('AQD+//9/');
    expect([...base64ToPcm16('AQD+//9/')]).toStrictEqual([1, -2, 32_767]);
  });

  it('leaves out half a sample at its end', () => {
    expect([...base64ToPcm16('AQD+')]).toStrictEqual([1]);
  });
});
