import type { AudioEncoding } from '@antiphon/audio';
import type { SpeechToTextPrices } from '@antiphon/session';
import { pricedAt } from '../../upstream/token-costs.ts';
import type { TokenCounts } from '../../upstream/token-costs.ts';
import type { Recognition, RecognitionEvents, SpeechToText } from '../ports/speech-to-text.ts';
import { usageOf } from './counted-as.ts';
import type { CountedAs } from './counted-as.ts';

const NO_COUNTS: TokenCounts = {
  usage: { inputTextTokens: 0, inputAudioTokens: 0, outputTextTokens: 0, outputAudioTokens: 0 },
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
};

/**
 * Tells of a recogniser the audio that it was sent, turn by turn, and the tokens where its provider
 * counts them. Turns that were given up count, those that it failed do not.
 */
export class CountedSpeechToText implements SpeechToText {
  readonly #inner: SpeechToText;
  readonly #as: CountedAs<SpeechToTextPrices>;

  constructor(inner: SpeechToText, as: CountedAs<SpeechToTextPrices>) {
    this.#inner = inner;
    this.#as = as;
  }

  get name(): string {
    return this.#inner.name;
  }

  recognise(
    sessionId: string,
    events: RecognitionEvents,
    callerEncoding?: AudioEncoding,
  ): Recognition {
    let audioMs = 0;
    let isOver = false;
    const count = (counts: TokenCounts): void => {
      if (isOver) return;
      isOver = true;
      if (audioMs > 0) events.onUsed?.(this.#used(audioMs, counts));
    };
    const counted: RecognitionEvents = {
      onPartial: (partial) => events.onPartial(partial),
      onFinal: (transcript) => {
        count(transcript.tokens ?? NO_COUNTS);
        events.onFinal(transcript);
      },
      onError: (error) => {
        isOver = true;
        events.onError(error);
      },
    };
    const recognition = this.#inner.recognise(sessionId, counted, callerEncoding);
    return {
      accept: (frame) => {
        audioMs += (frame.pcm.length * 1000) / frame.sampleRate;
        recognition.accept(frame);
      },
      finish: () => recognition.finish(),
      paused: () => recognition.paused?.(),
      resumed: () => recognition.resumed?.(),
      cancel: () => {
        recognition.cancel();
        count(NO_COUNTS);
      },
    };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #used(audioMs: number, counts: TokenCounts) {
    const { prices } = this.#as;
    const { usage, cachedTextTokens, cachedAudioTokens, dollars } = pricedAt(counts, prices);
    return usageOf('speech_to_text', this.#as, {
      ...usage,
      cachedTextTokens,
      cachedAudioTokens,
      audioMs,
      dollars: dollars === null ? null : dollars + (audioMs / 60_000) * (prices?.minute ?? 0),
    });
  }
}
