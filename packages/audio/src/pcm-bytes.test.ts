import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioError } from './audio-error.ts';
import { bytesToPcm16, pcm16ToBytes } from './pcm-bytes.ts';

describe('PCM16 bytes', () => {
  it('are little-endian', () => {
    expect(pcm16ToBytes(Int16Array.of(0x1234, -2))).toEqual(Uint8Array.of(0x34, 0x12, 0xfe, 0xff));
    expect(bytesToPcm16(Uint8Array.of(0x34, 0x12, 0xfe, 0xff))).toEqual(Int16Array.of(0x1234, -2));
  });

  it('come back as the same samples from any offset in a larger buffer', () => {
    fc.assert(
      fc.property(fc.int16Array(), fc.integer({ min: 0, max: 5 }), (pcm, offset) => {
        const buffer = new Uint8Array(offset + pcm.byteLength + 3);
        buffer.set(pcm16ToBytes(pcm), offset);
        expect(bytesToPcm16(buffer.subarray(offset, offset + pcm.byteLength))).toEqual(pcm);
      }),
    );
  });

  it('cover only the part of the buffer that the samples cover', () => {
    const pcm = Int16Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(pcm16ToBytes(pcm)).toEqual(Uint8Array.of(2, 0, 3, 0));
  });

  it('share memory with the samples where alignment allows', () => {
    const bytes = new Uint8Array(8);
    expect(bytesToPcm16(bytes.subarray(2, 6)).buffer).toBe(bytes.buffer);
    expect(bytesToPcm16(bytes.subarray(1, 5)).buffer).not.toBe(bytes.buffer);
    const pcm = new Int16Array(2);
    expect(pcm16ToBytes(pcm).buffer).toBe(pcm.buffer);
  });

  it('of an odd number are refused with the offset of the byte left over', () => {
    expect(() => bytesToPcm16(new Uint8Array(5))).toThrowError(
      expect.objectContaining({ code: 'odd_length', byteOffset: 4 }) as AudioError,
    );
  });
});
