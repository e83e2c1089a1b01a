import type { TimedWord } from '@antiphon/session';
import type { WordSpan } from './phone-alignment.ts';
import type { SpokenWord } from '../../spoken/spoken-form.ts';

/** The words to be found in the audio, in order: those of all written words, without pauses. */
export function spokenWords(written: readonly SpokenWord[]): string[] {
  return written.flatMap(tokensOf);
}

/**
 * Times written words by the spans of their spoken ones: each begins with its first and ends with
 * its last. One that is not said starts and ends where the word before it ends. Times are kept in
 * order and within the audio.
 */
export function timeWords(
  written: readonly SpokenWord[],
  spans: readonly WordSpan[],
  lengthMs: number,
): TimedWord[] {
  let next = 0;
  let reachedMs = 0;
  return written.map((word) => {
    const count = tokensOf(word).length;
    const [first, last] = [spans[next], spans[next + count - 1]];
    if (count === 0 || !first || !last) {
      return { text: word.written, startMs: reachedMs, endMs: reachedMs };
    }
    next += count;
    const startMs = clamp(first.startMs, reachedMs, lengthMs);
    reachedMs = clamp(last.endMs, startMs, lengthMs);
    return { text: word.written, startMs, endMs: reachedMs };
  });
}

function tokensOf({ spoken }: SpokenWord): string[] {
  return spoken.filter((word) => word !== ',');
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
