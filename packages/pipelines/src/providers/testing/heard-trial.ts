import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import type { AudioFrame } from '@antiphon/session';
import type {
  Recognition,
  RecognitionEvents,
  SpeechToText,
} from '../../cascade/ports/speech-to-text.ts';
import type { PipelineError } from '../../pipeline-error.ts';
import type { TokenCounts } from '../../upstream/token-costs.ts';

/** Samples that count up, in frames of 20 ms. */
export function countingFrames(ms: number, sampleRate: SampleRate = 24000): AudioFrame[] {
  const length = sampleRate / 50;
  return Array.from({ length: ms / 20 }, (_, index) => ({
    pcm: Int16Array.from({ length }, (_sample, at) => ((index * length + at) % 1000) * 8),
    sampleRate,
    atMs: index * 20,
  }));
}

/** What came of a turn, as it stands. */
export class HeardTrial {
  readonly partials: string[] = [];
  readonly finals: string[] = [];
  /** Of each final transcript; undefined where they were not counted. */
  readonly tokens: (TokenCounts | undefined)[] = [];
  error: PipelineError | null = null;
  readonly recognition: Recognition;
  /** Resolves at its final transcript or error. */
  readonly over: Promise<void>;
  #onPartial: (() => void)[] = [];

  constructor(
    speechToText: SpeechToText,
    frames: readonly AudioFrame[] = countingFrames(500),
    callerEncoding?: AudioEncoding,
  ) {
    let finish: () => void = () => {};
    this.over = new Promise((resolve) => {
      finish = resolve;
    });
    const events: RecognitionEvents = {
      onPartial: ({ text }) => {
        this.partials.push(text);
        for (const run of this.#onPartial.splice(0)) run();
      },
      onFinal: ({ text, tokens }) => {
        this.finals.push(text);
        this.tokens.push(tokens);
        finish();
      },
      onError: (error) => {
        this.error = error as PipelineError;
        finish();
      },
    };
    this.recognition = speechToText.recognise('session', events, callerEncoding);
    this.hear(frames);
  }

  hear(frames: readonly AudioFrame[]): void {
    for (const frame of frames) this.recognition.accept(frame);
  }

  /** Ends the turn and waits for what comes of it: its text, or the code of what went wrong. */
  async outcome(): Promise<string> {
    this.recognition.finish();
    await this.over;
    return this.error?.code ?? this.finals.join(' | ');
  }

  /** Resolves when words come next. */
  partial(): Promise<void> {
    return new Promise((resolve) => {
      this.#onPartial.push(resolve);
    });
  }
}
