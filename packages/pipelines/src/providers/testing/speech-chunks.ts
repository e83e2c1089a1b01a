import { pcm16ToBytes, samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import type { LocalSpeech } from './local-voice.ts';

/** A slice of speech as it goes over a wire. */
export interface SpeechChunk {
  readonly base64: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Words that begin in it. */
  readonly words: readonly TimedWord[];
}

/** Cuts speech into slices of so many bytes; an odd number cuts samples in two. */
export function speechChunks(
  { pcm, words }: LocalSpeech,
  rate: SampleRate,
  chunkBytes: number,
): SpeechChunk[] {
  const bytes = pcm16ToBytes(pcm);
  const chunks: SpeechChunk[] = [];
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const slice = bytes.subarray(from, from + chunkBytes);
    const startMs = samplesToMs(from / 2, rate);
    const isLast = from + chunkBytes >= bytes.length;
    const endMs = isLast ? Infinity : samplesToMs((from + chunkBytes) / 2, rate);
    chunks.push({
      base64: Buffer.from(slice).toString('base64'),
      startMs,
      endMs,
      words: words.filter((word) => word.startMs >= startMs && word.startMs < endMs),
    });
  }
  return chunks;
}
