import { decodeAudio } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import { CallerAudioEncoder, formatFor } from './caller-audio.ts';

describe('G.711 of a caller', () => {
  it.each(['g711_ulaw', 'g711_alaw'] as const)(
    'goes on as it came, every code of %s',
    (encoding) => {
      const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
      const pcm = decodeAudio(codes, encoding);
      const encoder = new CallerAudioEncoder(formatFor({ rate: 8000, encoding }));
      const bytes = encoder.encode({ pcm, sampleRate: 8000, atMs: 0 });
      // Of the two zeros of mu-law one stands for both.
      expect(decodeAudio(bytes, encoding)).toEqual(pcm);
      expect(bytes.filter((code, at) => code !== codes[at]).length).toBeLessThanOrEqual(1);
    },
  );
});
