import { describe, expect, it } from 'vitest';
import { decodeAudio, encodeAudio } from './audio-encoding.ts';

describe('audio encodings', () => {
  it('write the same samples as linear, mu-law and A-law bytes', () => {
    const pcm = Int16Array.of(0, 1000, -32768);
    expect(encodeAudio(pcm, 'pcm16')).toEqual(Uint8Array.of(0, 0, 0xe8, 0x03, 0, 0x80));
    expect(encodeAudio(pcm, 'g711_ulaw')).toEqual(Uint8Array.of(0xff, 0xce, 0x00));
    expect(encodeAudio(pcm, 'g711_alaw')).toEqual(Uint8Array.of(0xd5, 0xfa, 0x2a));
  });

  it('read linear, mu-law and A-law bytes as samples', () => {
    expect(decodeAudio(Uint8Array.of(0xe8, 0x03), 'pcm16')).toEqual(Int16Array.of(1000));
    expect(decodeAudio(Uint8Array.of(0xce, 0x00), 'g711_ulaw')).toEqual(Int16Array.of(988, -32124));
    expect(decodeAudio(Uint8Array.of(0xfa, 0x2a), 'g711_alaw')).toEqual(
      Int16Array.of(1008, -32256),
    );
  });

  it('refuse half a linear sample', () => {
    expect(() => decodeAudio(new Uint8Array(3), 'pcm16')).toThrowError(/half a sample/);
    expect(decodeAudio(new Uint8Array(3), 'g711_ulaw')).toHaveLength(3);
  });
});
