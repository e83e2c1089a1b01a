import { msToSamples, samplesToMs } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import type { FliteSpeech } from './flite-program.ts';
import { alignWords, type Pronunciations } from './phone-alignment.ts';
import type { Break, SpokenWord } from '../../spoken/spoken-form.ts';
import { spokenWords, timeWords } from './timed-words.ts';

/** Audio of a text without idle ends, and when each written word is said in it. */
export interface TimedSpeech {
  readonly pcm: Int16Array<ArrayBuffer>;
  readonly sampleRate: FliteSpeech['sampleRate'];
  readonly words: readonly TimedWord[];
}

/** Audio kept before the first phone: its onset may lie a little before its time. */
const LEAD_MS = 10;

/** Silence after the last phone: the pause a speaker makes before going on. */
const PAUSE_MS: Readonly<Record<Break, number>> = { '': 40, ',': 80, '.': 180, '!': 180, '?': 180 };

/** The ends are faded over this time, so that no cut is heard as a click. */
const FADE_MS = 4;

/**
 * Cuts the idle ends off an utterance and finds when its written words are said. Of a written word
 * that is not said, start and end are the end of the word before it.
 */
export function timeSpeech(
  speech: FliteSpeech,
  written: readonly SpokenWord[],
  pronounce: (spoken: string) => Pronunciations,
): TimedSpeech {
  const spans = alignWords(spokenWords(written).map(pronounce), speech.phones);
  const lastBreak = written.findLast(({ spoken }) => spoken.length > 0)?.pause ?? '';
  const { pcm, startMs } = trim(speech, PAUSE_MS[lastBreak]);
  const kept = spans.map((span) => ({
    startMs: span.startMs - startMs,
    endMs: span.endMs - startMs,
  }));
  const words = timeWords(written, kept, samplesToMs(pcm.length, speech.sampleRate));
  return { pcm, sampleRate: speech.sampleRate, words };
}

function trim(
  { pcm, sampleRate, phones }: FliteSpeech,
  pauseMs: number,
): { pcm: Int16Array<ArrayBuffer>; startMs: number } {
  const sounds = phones.filter(({ phone }) => phone !== 'pau');
  const [first, last] = [sounds[0], sounds.at(-1)];
  if (!first || !last) return { pcm: new Int16Array(0), startMs: 0 };
  const from = Math.min(pcm.length, msToSamples(Math.max(0, first.startMs - LEAD_MS), sampleRate));
  const length = Math.max(0, msToSamples(last.endMs + pauseMs, sampleRate) - from);
  const trimmed = new Int16Array(length);
  const kept = pcm.subarray(from, Math.min(pcm.length, from + length));
  trimmed.set(kept);
  fadeEnds(trimmed.subarray(0, kept.length), msToSamples(FADE_MS, sampleRate));
  return { pcm: trimmed, startMs: samplesToMs(from, sampleRate) };
}

function fadeEnds(pcm: Int16Array, fadeSamples: number): void {
  const length = Math.min(fadeSamples, pcm.length >> 1);
  for (let i = 0; i < length; i++) {
    pcm[i] = Math.round((pcm[i]! * i) / length);
    const mirrored = pcm.length - 1 - i;
    pcm[mirrored] = Math.round((pcm[mirrored]! * i) / length);
  }
}
