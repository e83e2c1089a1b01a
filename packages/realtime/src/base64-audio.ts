import { encodeAudio } from '@antiphon/audio';
import type { AudioEncoding } from '@antiphon/audio';

/** Samples as the wire has them: encoded, in base64. */
export function base64Audio(pcm: Int16Array, encoding: AudioEncoding): string {
  const bytes = encodeAudio(pcm, encoding);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
