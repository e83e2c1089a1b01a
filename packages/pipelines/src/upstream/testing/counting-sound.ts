import type { SampleRate } from '@antiphon/audio';

/** Samples that count up, so that a test can tell which audio it has; 10 ms for each character. */
export function countingSound(text: string, rate: SampleRate): Int16Array {
  const length = Math.round((text.length * 10 * rate) / 1000);
  return Int16Array.from({ length }, (_, index) => (index % 1000) * 8);
}
