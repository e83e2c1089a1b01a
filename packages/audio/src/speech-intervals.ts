import { AudioError } from './audio-error.ts';
import { sumOfSquares } from './loudness.ts';

/** A stretch of audio, in milliseconds from its beginning. */
export interface SpeechInterval {
  readonly startMs: number;
  readonly endMs: number;
}

/** Frames of 10 ms follow syllables but not the periods of a low voice. */
const FRAMES_PER_SECOND = 100;

// Speech begins at -45 dBFS, above the noise of a telephone line, and lasts while the level stays at
// -50 dBFS or above, so that soft syllables do not cut it. As mean squares of 16-bit samples:
const BEGIN_MEAN_SQUARE = 32768 ** 2 * 10 ** (-45 / 10);
const CONTINUE_MEAN_SQUARE = 32768 ** 2 * 10 ** (-50 / 10);

/** Shorter pauses are stop consonants and breaths within a phrase. */
const BRIDGED_GAP_MS = 200;

/** Shorter sounds are clicks. */
const SHORTEST_SPEECH_MS = 80;

/**
 * Finds where one channel of finished audio is loud enough to be speech, for measuring and tests; it
 * knows levels only, so noise above -45 dBFS counts. Intervals are ascending, on 10 ms frames (the
 * last ends with the audio), with gaps under 200 ms bridged and then those under 80 ms dropped.
 * Levels are as `dbfs` defines them. Throws `invalid_argument` for a rate below 100 Hz.
 */
export function speechIntervals(pcm: Int16Array, sampleRate: number): SpeechInterval[] {
  if (!(sampleRate >= FRAMES_PER_SECOND && sampleRate < Infinity)) {
    throw new AudioError('invalid_argument', `sampleRate is ${sampleRate}; give it in hertz`);
  }
  return bridgeGaps(loudIntervals(pcm, sampleRate)).filter(
    ({ startMs, endMs }) => endMs - startMs >= SHORTEST_SPEECH_MS,
  );
}

function loudIntervals(pcm: Int16Array, sampleRate: number): SpeechInterval[] {
  const intervals: SpeechInterval[] = [];
  const frameMs = 1000 / FRAMES_PER_SECOND;
  const totalMs = (pcm.length * 1000) / sampleRate;
  let startMs: number | undefined;
  for (let frame = 0, from = 0; from < pcm.length; frame++) {
    const to = Math.min(pcm.length, Math.floor(((frame + 1) * sampleRate) / FRAMES_PER_SECOND));
    const meanSquare = sumOfSquares(pcm, from, to) / (to - from);
    if (startMs === undefined) {
      if (meanSquare >= BEGIN_MEAN_SQUARE) startMs = frame * frameMs;
    } else if (meanSquare < CONTINUE_MEAN_SQUARE) {
      intervals.push({ startMs, endMs: frame * frameMs });
      startMs = undefined;
    }
    from = to;
  }
  if (startMs !== undefined) intervals.push({ startMs, endMs: totalMs });
  return intervals;
}

function bridgeGaps(intervals: readonly SpeechInterval[]): SpeechInterval[] {
  const bridged: SpeechInterval[] = [];
  for (const interval of intervals) {
    const previous = bridged.at(-1);
    if (previous && interval.startMs - previous.endMs < BRIDGED_GAP_MS) {
      bridged[bridged.length - 1] = { startMs: previous.startMs, endMs: interval.endMs };
    } else {
      bridged.push(interval);
    }
  }
  return bridged;
}
