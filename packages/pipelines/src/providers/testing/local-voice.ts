import { StreamingResampler } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import { joinedAudio } from '../../cascade/aligned-words.ts';
import type { TextToSpeech } from '../../cascade/ports/text-to-speech.ts';

/** A text as it is spoken. */
export interface LocalSpeech {
  readonly pcm: Int16Array;
  /** The written words with their times. */
  readonly words: readonly TimedWord[];
}

/** Speaks a text at a rate; what the local servers of providers sound like. */
export type LocalVoice = (
  request: { readonly text: string; readonly speed: number },
  sampleRate: SampleRate,
) => LocalSpeech | Promise<LocalSpeech>;

const MS_PER_CHARACTER = 10;

/** Ten milliseconds for each character, with samples that count up. */
export const countingVoice: LocalVoice = ({ text, speed }, sampleRate) => {
  const msOf = (characters: number): number => (characters * MS_PER_CHARACTER) / speed;
  const length = Math.round((msOf(text.length) * sampleRate) / 1000);
  return {
    pcm: Int16Array.from({ length }, (_, index) => (index % 1000) * 8),
    words: [...text.matchAll(/\S+/gu)].map(({ 0: word, index }) => ({
      text: word,
      startMs: msOf(index),
      endMs: msOf(index + word.length),
    })),
  };
};

/** A voice inside the process, at whatever rate is asked for. */
export function embeddedVoice(textToSpeech: TextToSpeech, voice: string): LocalVoice {
  return ({ text, speed }, sampleRate) =>
    new Promise((resolve, reject) => {
      const words: TimedWord[] = [];
      const chunks: Int16Array[] = [];
      let resampler: StreamingResampler | undefined;
      textToSpeech.synthesize(
        { text, voice, speed },
        {
          onWords: (told) => words.push(...told),
          onAudio: (pcm, rate) => {
            resampler ??= new StreamingResampler(rate, sampleRate);
            chunks.push(resampler.process(pcm));
          },
          onEnd: () => {
            if (resampler) chunks.push(resampler.flush());
            resolve({ pcm: joinedAudio(chunks), words });
          },
          onError: reject,
        },
      );
    });
}
