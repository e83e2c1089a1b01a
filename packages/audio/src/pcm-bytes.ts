import { AudioError } from './audio-error.ts';

// The views below read the machine's own byte order, and PCM16 is little-endian on every wire here.
if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
  throw new AudioError('invalid_argument', 'PCM16 views need a little-endian machine');
}

/** The little-endian bytes of `pcm`, as a view of the same memory. */
export function pcm16ToBytes(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
}

/**
 * The samples of little-endian `bytes`: a view of the same memory when they start at an even
 * address, otherwise a copy. Throws `odd_length` when half a sample is left over.
 */
export function bytesToPcm16(bytes: Uint8Array): Int16Array {
  const { length, byteOffset } = bytes;
  if (length % 2 !== 0) {
    throw new AudioError(
      'odd_length',
      `PCM16 of ${length} bytes ends in half a sample; keep the last byte for the next chunk`,
      length - 1,
    );
  }
  if (byteOffset % 2 === 0) return new Int16Array(bytes.buffer, byteOffset, length / 2);
  const pcm = new Int16Array(length / 2);
  pcm16ToBytes(pcm).set(bytes);
  return pcm;
}
