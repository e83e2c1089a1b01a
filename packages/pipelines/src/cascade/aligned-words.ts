import type { TimedWord } from '@antiphon/session';

/**
 * Added to the end of each word. Over five voices aligned ends lay at most 60 ms before those of the
 * voice, so that what is cut in between would count as heard though it was not.
 */
const CAUTION_MS = 60;

/** An aligned word of audio of this length, whose end is told late enough. */
export function withCaution({ text, startMs, endMs }: TimedWord, lengthMs: number): TimedWord {
  return { text, startMs, endMs: Math.max(endMs, Math.min(lengthMs, endMs + CAUTION_MS)) };
}

/** All that is known of a piece: that it is over at its end. */
export function unknownTimes(text: string, lengthMs: number): TimedWord[] {
  const words = text.split(/\s+/u).filter((word) => word !== '');
  return words.map((word) => ({ text: word, startMs: 0, endMs: lengthMs }));
}

/** The chunks one after the other, in memory of their own. */
export function joinedAudio(chunks: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
