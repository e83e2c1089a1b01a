import type { AudioEncoding } from '@antiphon/audio';
import type { Clock, SpeechToTextPrices } from '@antiphon/session';
import { NO_COST, pricedAt } from '../../upstream/token-costs.ts';
import type { TokenCounts } from '../../upstream/token-costs.ts';
import type { Recognition, RecognitionEvents, SpeechToText } from '../ports/speech-to-text.ts';
import { providerError } from '../provider-error.ts';
import { usageOf } from './counted-as.ts';
import type { CountedAs } from './counted-as.ts';

/**
 * Tells of a recogniser the audio that it was sent, turn by turn, the tokens where its provider counts
 * them, and how long it took from the end of a turn to its words, or to its failure. The audio of
 * turns that were given up counts, that of those it failed does not.
 */
export class CountedSpeechToText implements SpeechToText {
  readonly #inner: SpeechToText;
  readonly #as: CountedAs<SpeechToTextPrices>;
  readonly #clock: Clock;

  constructor(inner: SpeechToText, as: CountedAs<SpeechToTextPrices>, clock: Clock) {
    this.#inner = inner;
    this.#as = as;
    this.#clock = clock;
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
    let finishedAtMs: number | null = null;
    const took = () => (finishedAtMs === null ? null : this.#clock.now() - finishedAtMs);
    const count = (counts: TokenCounts, durationMs: number | null): void => {
      if (isOver) return;
      isOver = true;
      if (audioMs > 0) events.onUsed?.({ ...this.#used(audioMs, counts), durationMs });
    };
    const counted: RecognitionEvents = {
      onPartial: (partial) => events.onPartial(partial),
      onFinal: (transcript) => {
        count(transcript.tokens ?? NO_COST, took());
        events.onFinal(transcript);
      },
      onError: (error) => {
        const durationMs = isOver ? null : took();
        isOver = true;
        const { code: errorCode } = providerError(this.name, error);
        // One that is closed was stopped.
        if (durationMs !== null && errorCode !== 'closed') {
          events.onUsed?.(usageOf('speech_to_text', this.#as, { durationMs, errorCode }));
        }
        events.onError(error);
      },
    };
    const recognition = this.#inner.recognise(sessionId, counted, callerEncoding);
    return {
      accept: (frame) => {
        audioMs += (frame.pcm.length * 1000) / frame.sampleRate;
        recognition.accept(frame);
      },
      finish: () => {
        finishedAtMs ??= this.#clock.now();
        recognition.finish();
      },
      paused: () => recognition.paused?.(),
      resumed: () => recognition.resumed?.(),
      cancel: () => {
        recognition.cancel();
        count(NO_COST, null);
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
