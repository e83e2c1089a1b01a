/*
 * ITU-T G.711 (https://www.itu.int/rec/T-REC-G.711), bit-exact with the reference software of
 * ITU-T G.191 on every input.
 *
 * G.711 defines mu-law on 14-bit and A-law on 13-bit linear values. A 16-bit sample carries them in
 * its upper bits, so encoding looks only at those bits and drops the rest toward minus infinity: a
 * sample exactly on a decision value belongs to the more positive interval, on both sides of zero.
 * Implementations that encode the 16-bit magnitude and the sign apart choose the other neighbour
 * for the 127 negative samples that lie on a decision value.
 */
import { requireRoom } from './audio-error.ts';

/** The mu-law byte of silence: +0. */
export const ULAW_SILENCE = 0xff;

/** The A-law byte of silence: +8 in 16-bit PCM, as A-law has no zero. */
export const ALAW_SILENCE = 0xd5;

const ULAW_DECODED = Int16Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code;
  const segment = (inverted >> 4) & 7;
  const magnitude = ((((inverted & 15) << 3) + 132) << segment) - 132;
  return inverted & 0x80 ? -magnitude : magnitude;
});

const ALAW_DECODED = Int16Array.from({ length: 256 }, (_, code) => {
  const toggled = code ^ 0x55;
  const segment = (toggled >> 4) & 7;
  const step = ((toggled & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return toggled & 0x80 ? magnitude : -magnitude;
});

// Indexed by the upper 14 bits of a sample: 16 KB, a quarter of a table for all 16 bits.
const ULAW_ENCODED = Uint8Array.from({ length: 1 << 14 }, (_, index) => {
  const value = (index << 18) >> 18;
  // 33 turns the segment limits into powers of two; 8158 is the largest value before overload.
  const magnitude = Math.min(value < 0 ? ~value : value, 8158) + 33;
  const segment = 26 - Math.clz32(magnitude);
  const sign = value < 0 ? 0x80 : 0;
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 1)) & 15));
});

// Indexed by the upper 12 bits of a sample; the 13th bit of G.711 never decides an interval.
const ALAW_ENCODED = Uint8Array.from({ length: 1 << 12 }, (_, index) => {
  const value = (index << 20) >> 20;
  const magnitude = value < 0 ? ~value : value;
  const segment = Math.max(0, 28 - Math.clz32(magnitude));
  const step = (magnitude >> Math.max(0, segment - 1)) & 15;
  return ((value < 0 ? 0 : 0x80) | (segment << 4) | step) ^ 0x55;
});

/**
 * Decodes mu-law bytes to 16-bit PCM, one sample per byte (-32124 to 32124), into `out` or a new
 * array; the result has exactly `bytes.length` samples and is a view of a longer `out`. Throws
 * `buffer_too_small` when `out` is shorter.
 *
 * 0x7F (minus zero) and 0xFF both decode to 0, and 0 encodes to 0xFF: every other byte survives
 * decoding and encoding, so pass bytes that only travel through on without transcoding.
 */
export function ulawToPcm16(bytes: Uint8Array, out?: Int16Array): Int16Array {
  const length = bytes.length;
  const pcm = out ?? new Int16Array(length);
  requireRoom(pcm.length, length);
  for (let i = 0; i < length; i++) pcm[i] = ULAW_DECODED[bytes[i]!]!;
  return pcm.length === length ? pcm : pcm.subarray(0, length);
}

/**
 * Encodes 16-bit PCM as mu-law like `ulaw_compress` of ITU-T G.191 (the upper 14 bits decide), one
 * byte per sample, into `out` or a new array; the result has exactly `pcm.length` bytes and is a
 * view of a longer `out`. Samples from -4 to -1 give 0x7F. Throws `buffer_too_small` when `out` is
 * shorter.
 */
export function pcm16ToUlaw(pcm: Int16Array, out?: Uint8Array): Uint8Array {
  const length = pcm.length;
  const bytes = out ?? new Uint8Array(length);
  requireRoom(bytes.length, length);
  for (let i = 0; i < length; i++) bytes[i] = ULAW_ENCODED[(pcm[i]! >> 2) & 0x3fff]!;
  return bytes.length === length ? bytes : bytes.subarray(0, length);
}

/**
 * Decodes A-law bytes to 16-bit PCM, one sample per byte (-32256 to 32256), into `out` or a new
 * array; the result has exactly `bytes.length` samples and is a view of a longer `out`. Every byte
 * survives decoding and encoding. Throws `buffer_too_small` when `out` is shorter.
 */
export function alawToPcm16(bytes: Uint8Array, out?: Int16Array): Int16Array {
  const length = bytes.length;
  const pcm = out ?? new Int16Array(length);
  requireRoom(pcm.length, length);
  for (let i = 0; i < length; i++) pcm[i] = ALAW_DECODED[bytes[i]!]!;
  return pcm.length === length ? pcm : pcm.subarray(0, length);
}

/**
 * Encodes 16-bit PCM as A-law like `alaw_compress` of ITU-T G.191 (the upper 12 bits decide), one
 * byte per sample, into `out` or a new array; the result has exactly `pcm.length` bytes and is a
 * view of a longer `out`. Throws `buffer_too_small` when `out` is shorter.
 */
export function pcm16ToAlaw(pcm: Int16Array, out?: Uint8Array): Uint8Array {
  const length = pcm.length;
  const bytes = out ?? new Uint8Array(length);
  requireRoom(bytes.length, length);
  for (let i = 0; i < length; i++) bytes[i] = ALAW_ENCODED[(pcm[i]! >> 4) & 0xfff]!;
  return bytes.length === length ? bytes : bytes.subarray(0, length);
}
