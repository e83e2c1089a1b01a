import type { TextToSpeechPrices } from '@antiphon/session';
import type {
  Synthesis,
  SynthesisEvents,
  SynthesisRequest,
  TextToSpeech,
} from '../ports/text-to-speech.ts';
import { usageOf } from './counted-as.ts';
import type { CountedAs } from './counted-as.ts';

/**
 * Tells of a synthesizer the characters that it was given, piece by piece: of pieces that began to
 * sound or were given up, not of those that it failed before.
 */
export class CountedTextToSpeech implements TextToSpeech {
  readonly #inner: TextToSpeech;
  readonly #as: CountedAs<TextToSpeechPrices>;

  constructor(inner: TextToSpeech, as: CountedAs<TextToSpeechPrices>) {
    this.#inner = inner;
    this.#as = as;
  }

  get name(): string {
    return this.#inner.name;
  }

  get voices(): readonly string[] {
    return this.#inner.voices;
  }

  synthesize(request: SynthesisRequest, events: SynthesisEvents): Synthesis {
    let isSettled = false;
    const count = (): void => {
      if (isSettled) return;
      isSettled = true;
      events.onUsed?.(this.#used(request.text));
    };
    const synthesis = this.#inner.synthesize(request, {
      onWords: (words) => events.onWords(words),
      onAudio: (pcm, sampleRate) => {
        count();
        events.onAudio(pcm, sampleRate);
      },
      onEnd: () => {
        isSettled = true;
        events.onEnd();
      },
      onError: (error) => {
        isSettled = true;
        events.onError(error);
      },
    });
    return {
      cancel: () => {
        synthesis.cancel();
        count();
      },
    };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #used(text: string) {
    const { prices } = this.#as;
    const characters = Array.from(text).length;
    const dollars = prices ? (characters * prices.characters) / 1_000_000 : null;
    return usageOf('text_to_speech', this.#as, { characters, dollars });
  }
}
