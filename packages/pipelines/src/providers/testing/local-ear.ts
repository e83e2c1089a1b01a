import type { SampleRate } from '@antiphon/audio';
import type { SpeechToText } from '../../cascade/ports/speech-to-text.ts';

/** Hears one turn; what the local servers of recognisers understand. */
export interface LocalEar {
  /** The words so far, with these samples. */
  hear(pcm: Int16Array): readonly string[];
  /** The words of all that was heard. */
  end(): Promise<readonly string[]>;
}

/** An ear for a turn of a rate. */
export type LocalEars = (rate: SampleRate) => LocalEar;

const MS_PER_WORD = 100;

/** A word for each tenth of a second: `w1 w2 w3 …`. */
export const countingEars: LocalEars = (rate) => {
  let samples = 0;
  const words = (): readonly string[] => {
    const count = Math.floor((samples * 1000) / rate / MS_PER_WORD + 1e-9);
    return Array.from({ length: count }, (_, index) => `w${index + 1}`);
  };
  return {
    hear: (pcm) => {
      samples += pcm.length;
      return words();
    },
    end: () => Promise.resolve(words()),
  };
};

/** What {@link countingEars} understand of so many milliseconds. */
export function countedWords(ms: number): string {
  return Array.from({ length: ms / MS_PER_WORD }, (_, index) => `w${index + 1}`).join(' ');
}

/** A recogniser inside the process. */
export function embeddedEars(speechToText: SpeechToText): LocalEars {
  return (sampleRate) => {
    let words: readonly string[] = [];
    let over: { resolve(text: string): void; reject(error: Error): void } | undefined;
    const final = new Promise<string>((resolve, reject) => {
      over = { resolve, reject };
    });
    const recognition = speechToText.recognise('local', {
      onPartial: ({ text }) => {
        words = wordsOf(text);
      },
      onFinal: ({ text }) => over!.resolve(text),
      onError: (error) => over!.reject(error),
    });
    return {
      hear: (pcm) => {
        recognition.accept({ pcm, sampleRate, atMs: 0 });
        return words;
      },
      end: async () => {
        recognition.finish();
        return wordsOf(await final);
      },
    };
  };
}

function wordsOf(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
