import type { SampleRate } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';

/** The rate of {@link stubSpeech}. */
export const STUB_SAMPLE_RATE: SampleRate = 24000;

/** One chunk, as a streaming synthesizer would send: 100 ms. */
const CHUNK_SAMPLES = STUB_SAMPLE_RATE / 10;

/** A low voice. */
const PITCH_HZ = 120;

/** Faded in and out over 10 ms, so that it starts and ends without a click. */
const FADE_SAMPLES = STUB_SAMPLE_RATE / 100;

/** About -30 dBFS at the loudest: quiet, yet well above every detector's floor. */
const PEAK = 1600;

/** Syllables come at the rate of speech; between them the voice sinks but does not stop. */
const SYLLABLES_HZ = 4;
const SYLLABLE_DEPTH = 0.7;

/** Weights of the first harmonics: falling, with a bump where a vowel's first formant lies. */
const HARMONICS = [1, 0.8, 0.5, 0.7, 0.6, 0.3, 0.15, 0.1];

/** A text with its times and its sound. */
export interface StubSaying {
  readonly text: string;
  readonly words: readonly TimedWord[];
  /** Views of one buffer: listeners may keep them and must not write to them. */
  readonly chunks: readonly Int16Array[];
}

/** A text said evenly over `durationMs`. */
export function stubSaying(text: string, durationMs: number): StubSaying {
  return { text, words: stubWords(text, durationMs), chunks: stubSpeech(durationMs) };
}

/**
 * A voice-like sound of `durationMs` at 24 kHz in chunks of 100 ms, the last perhaps shorter. The
 * chunks are views of one buffer.
 */
function stubSpeech(durationMs: number): readonly Int16Array[] {
  const pcm = new Int16Array(Math.round((durationMs * STUB_SAMPLE_RATE) / 1000));
  const scale = PEAK / HARMONICS.reduce((sum, weight) => sum + weight, 0);
  for (let index = 0; index < pcm.length; index += 1) {
    const seconds = index / STUB_SAMPLE_RATE;
    let sample = 0;
    for (const [harmonic, weight] of HARMONICS.entries()) {
      sample += weight * Math.sin(2 * Math.PI * PITCH_HZ * (harmonic + 1) * seconds);
    }
    const dip = (1 + Math.cos(2 * Math.PI * SYLLABLES_HZ * seconds)) / 2;
    const fade = Math.min(1, index / FADE_SAMPLES, (pcm.length - index) / FADE_SAMPLES);
    pcm[index] = Math.round(scale * sample * (1 - SYLLABLE_DEPTH * dip) * fade);
  }
  const chunks: Int16Array[] = [];
  for (let from = 0; from < pcm.length; from += CHUNK_SAMPLES) {
    chunks.push(pcm.subarray(from, from + CHUNK_SAMPLES));
  }
  return chunks;
}

/** The words of a text, spread evenly over `durationMs`. */
function stubWords(text: string, durationMs: number): readonly TimedWord[] {
  const words = text.trim() === '' ? [] : text.trim().split(/\s+/u);
  const wordMs = durationMs / words.length;
  return words.map((word, index) => ({
    text: word,
    startMs: index * wordMs,
    endMs: (index + 1) * wordMs,
  }));
}
