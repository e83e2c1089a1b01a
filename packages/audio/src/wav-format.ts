/*
 * The RIFF/WAVE format tags this package reads and writes: "Multiple channel audio data and WAVE
 * files" (https://learn.microsoft.com/windows-hardware/drivers/audio/extensible-wave-format-descriptors)
 * and RFC 2361 (https://www.rfc-editor.org/rfc/rfc2361).
 */

/** How the samples of a WAV file are coded. */
export type WavFormat = 'pcm16' | 'ulaw' | 'alaw';

/** Format tag and sample size of each `WavFormat`. */
export const WAV_CODINGS: Readonly<Record<WavFormat, { tag: number; bytesPerSample: number }>> = {
  pcm16: { tag: 1, bytesPerSample: 2 },
  alaw: { tag: 6, bytesPerSample: 1 },
  ulaw: { tag: 7, bytesPerSample: 1 },
};

/** The size that streaming writers leave in a header whose end they never came back from. */
export const UNKNOWN_SIZE = 0xffffffff;
