import { alawToPcm16, pcm16ToAlaw, pcm16ToUlaw, ulawToPcm16 } from './g711.ts';
import { bytesToPcm16, pcm16ToBytes } from './pcm-bytes.ts';

/** How samples are written as bytes: little-endian 16-bit linear, or G.711 mu-law or A-law. */
export type AudioEncoding = 'pcm16' | 'g711_ulaw' | 'g711_alaw';

/** The bytes of `pcm` in `encoding`; for `pcm16` a view of the same memory, otherwise a new array. */
export function encodeAudio(pcm: Int16Array, encoding: AudioEncoding): Uint8Array {
  switch (encoding) {
    case 'pcm16':
      return pcm16ToBytes(pcm);
    case 'g711_ulaw':
      return pcm16ToUlaw(pcm);
    case 'g711_alaw':
      return pcm16ToAlaw(pcm);
  }
}

/**
 * The samples of `bytes` in `encoding`; for `pcm16` a view of the same memory where alignment
 * allows, otherwise a new array. Throws `odd_length` for `pcm16` with half a sample left over.
 */
export function decodeAudio(bytes: Uint8Array, encoding: AudioEncoding): Int16Array {
  switch (encoding) {
    case 'pcm16':
      return bytesToPcm16(bytes);
    case 'g711_ulaw':
      return ulawToPcm16(bytes);
    case 'g711_alaw':
      return alawToPcm16(bytes);
  }
}
