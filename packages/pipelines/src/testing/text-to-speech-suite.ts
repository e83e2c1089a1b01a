import { samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Synthesis, SynthesisRequest, TextToSpeech } from '../cascade/ports/text-to-speech.ts';
import { until } from './until.ts';
import type { Drive } from './until.ts';

/** A synthesizer under test and what it needs. */
export interface TextToSpeechTrial {
  readonly textToSpeech: TextToSpeech;
  readonly drive?: Drive;
}

interface Speech {
  /** `null` until `synthesize` has returned. */
  synthesis: Synthesis | null;
  readonly words: TimedWord[];
  readonly chunks: { readonly pcm: Int16Array; readonly sampleRate: SampleRate }[];
  /** Audio that had come before each word was told, in milliseconds. */
  readonly toldAtMs: number[];
  readonly errors: Error[];
  ends: number;
  audioMs: number;
}

const SENTENCE = 'Your order 4471 has shipped, and it costs $19.99.';

/** Written forms that are not spoken as they stand; each must come back as it is written. */
const WRITTEN = [
  SENTENCE,
  'Sure.',
  'Dr. Smith comes at 4 p.m. on April 25.',
  'Well... that is “fine”, isn’t it?',
  'We take Visa & Mastercard (no cash).',
  'Call 555-0142 - or write to help@example.com!',
  '- one',
];

/** A word may end this much after its audio: the resolution of phone times. */
const WORD_TOLERANCE_MS = 20;

/**
 * The contract of {@link TextToSpeech}. `setup` is called once for all tests but the one that
 * closes.
 */
export function describeTextToSpeech(
  name: string,
  setup: () => TextToSpeechTrial | Promise<TextToSpeechTrial>,
): void {
  describe(`TextToSpeech: ${name}`, () => {
    let trial: TextToSpeechTrial;
    beforeAll(async () => {
      trial = await setup();
    });
    afterAll(() => trial.textToSpeech.close());

    it('has a name and a voice', () => {
      expect(trial.textToSpeech.name).not.toBe('');
      expect(trial.textToSpeech.voices.length).toBeGreaterThan(0);
    });

    it('speaks with every voice it names, at one rate, and ends once', async () => {
      for (const voice of trial.textToSpeech.voices) {
        const speech = await spoken(trial, { voice });
        expect(speech.audioMs).toBeGreaterThan(0);
        expect(new Set(speech.chunks.map((chunk) => chunk.sampleRate)).size).toBe(1);
        expect(speech.chunks.every((chunk) => chunk.pcm.length > 0)).toBe(true);
      }
    });

    it.each(WRITTEN)('gives the words as written: %j', async (text) => {
      const speech = await spoken(trial, { text });
      expect(speech.words.map((word) => word.text).join(' ')).toBe(text);
    });

    it.each(WRITTEN)('gives times in order and inside the audio: %j', async (text) => {
      const { words, audioMs } = await spoken(trial, { text });
      let lastMs = 0;
      for (const word of words) {
        expect(word.startMs).toBeGreaterThanOrEqual(lastMs);
        expect(word.endMs).toBeGreaterThanOrEqual(word.startMs);
        expect(word.endMs).toBeLessThanOrEqual(audioMs + WORD_TOLERANCE_MS);
        lastMs = word.startMs;
      }
    });

    it('tells each word before its audio', async () => {
      const { words, toldAtMs } = await spoken(trial, {});
      for (const [index, word] of words.entries()) {
        expect(word.startMs).toBeGreaterThanOrEqual(toldAtMs[index] ?? Infinity);
      }
    });

    it('speaks faster when asked to', async () => {
      const plain = await spoken(trial, {});
      const fast = await spoken(trial, { speed: 1.5 });
      expect(fast.audioMs).toBeLessThan(plain.audioMs);
    });

    it('tells nothing after cancel', async () => {
      const speech = synthesize(trial, {});
      speech.synthesis?.cancel();
      const before = counts(speech);
      await spoken(trial, {});
      expect(counts(speech)).toEqual(before);
    });

    it('tells nothing after cancel in the middle of its audio', async () => {
      let atCancel: readonly number[] | null = null;
      const speech = synthesize(trial, {}, (heard) => {
        heard.synthesis?.cancel();
        atCancel ??= counts(heard);
      });
      await until(() => speech.chunks.length > 0, trial.drive);
      await spoken(trial, {});
      expect(counts(speech)).toEqual(atCancel);
    });

    it('bears cancel after its end, and twice', async () => {
      const speech = await spoken(trial, {});
      speech.synthesis?.cancel();
      speech.synthesis?.cancel();
      await spoken(trial, {});
      expect(speech.ends).toBe(1);
    });

    it('speaks two texts at once without mixing them', async () => {
      const alone = await spoken(trial, { text: 'Sure.' });
      const long = synthesize(trial, {});
      const short = synthesize(trial, { text: 'Sure.' });
      await until(() => long.ends > 0 && short.ends > 0, trial.drive);
      expect(long.words.map((word) => word.text).join(' ')).toBe(SENTENCE);
      expect(short.words.map((word) => word.text).join(' ')).toBe('Sure.');
      expect(short.audioMs).toBeCloseTo(alone.audioMs);
    });

    it('can be closed twice, with a synthesis under way', async () => {
      const other = await setup();
      const speech = synthesize(other, {});
      await other.textToSpeech.close();
      await other.textToSpeech.close();
      speech.synthesis?.cancel();
      expect(speech.ends).toBeLessThanOrEqual(1);
    });
  });
}

function synthesize(
  { textToSpeech }: TextToSpeechTrial,
  request: Partial<SynthesisRequest>,
  onAudio?: (speech: Speech) => void,
): Speech {
  const speech: Speech = {
    synthesis: null,
    words: [],
    chunks: [],
    toldAtMs: [],
    errors: [],
    ends: 0,
    audioMs: 0,
  };
  const voice = request.voice ?? textToSpeech.voices[0] ?? '';
  speech.synthesis = textToSpeech.synthesize(
    { text: SENTENCE, speed: 1, ...request, voice },
    {
      onWords: (words) => {
        for (const word of words) {
          speech.words.push(word);
          speech.toldAtMs.push(speech.audioMs);
        }
      },
      onAudio: (pcm, sampleRate) => {
        speech.chunks.push({ pcm, sampleRate });
        speech.audioMs += samplesToMs(pcm.length, sampleRate);
        onAudio?.(speech);
      },
      onEnd: () => {
        speech.ends += 1;
      },
      onError: (error) => {
        speech.errors.push(error);
        speech.ends += 1;
      },
    },
  );
  return speech;
}

async function spoken(
  trial: TextToSpeechTrial,
  request: Partial<SynthesisRequest>,
): Promise<Speech> {
  const speech = synthesize(trial, request);
  await until(() => speech.ends > 0, trial.drive);
  expect(speech.errors).toEqual([]);
  expect(speech.ends).toBe(1);
  return speech;
}

function counts({ words, chunks, ends }: Speech): readonly number[] {
  return [words.length, chunks.length, ends];
}
