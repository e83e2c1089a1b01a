/** Most audio one append may carry, decoded: 15 MiB, as the Realtime API documents it. */
export const MAX_APPEND_BYTES = 15 * 1024 * 1024;

/** Holds 1.3 s of 24 kHz PCM16, so that checking an ordinary frame allocates nothing. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Byte count that a padded base64 text of this length and padding decodes to. */
export function base64DecodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

/**
 * Whether the text is standard padded base64 (RFC 4648 section 4, no whitespace); "" is.
 * Node's decoder skips what it does not know, so any foreign character shows as missing bytes;
 * the URL-safe letters, and characters beyond one byte, it would take and are looked for apart.
 */
export function isBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const decodedBytes = base64DecodedBytes(text);
  const seenBytes =
    decodedBytes <= scratch.length
      ? scratch.write(text, 0, 'base64')
      : Buffer.from(text, 'base64').length;
  return (
    seenBytes === decodedBytes &&
    !text.includes('-') &&
    !text.includes('_') &&
    Buffer.byteLength(text, 'utf8') === text.length
  );
}

/** The bytes of a standard padded base64 text, or null when it is not one. */
export function decodeBase64Audio(base64: string): Uint8Array | null {
  if (!isBase64(base64)) return null;
  return Buffer.from(base64, 'base64');
}
