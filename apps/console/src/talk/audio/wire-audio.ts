/** The wire's audio is mono, 16 bits, at this many samples a second. */
export const WIRE_RATE = 24_000;

/** Base64 of the little-endian bytes of the samples. */
export function pcm16ToBase64(pcm: Int16Array): string {
  const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return btoa(String.fromCharCode(...bytes));
}

/** The samples in a base64 text; half a sample at its end is left out. */
export function base64ToPcm16(base64: string): Int16Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length - (text.length % 2));
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return new Int16Array(bytes.buffer);
}
