import { samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import { joinedAudio } from '../../cascade/aligned-words.ts';
import type {
  Synthesis,
  SynthesisRequest,
  TextToSpeech,
} from '../../cascade/ports/text-to-speech.ts';
import type { PipelineError } from '../../pipeline-error.ts';

/** What came of a request, as it stands. */
export class SpokenTrial {
  readonly words: TimedWord[] = [];
  readonly chunks: Int16Array[] = [];
  /** Audio that had come before each word was told. */
  readonly toldAtMs: number[] = [];
  rate: SampleRate | null = null;
  error: PipelineError | null = null;
  isEnded = false;
  readonly synthesis: Synthesis;
  /** Resolves at its end or error. */
  readonly over: Promise<void>;
  #onAudio: (() => void)[] = [];

  constructor(textToSpeech: TextToSpeech, request: Partial<SynthesisRequest> = {}) {
    let finish: () => void = () => {};
    this.over = new Promise((resolve) => {
      finish = resolve;
    });
    const voice = textToSpeech.voices[0]!;
    this.synthesis = textToSpeech.synthesize(
      { text: 'It costs $19.99, and order 4471 has shipped.', voice, speed: 1, ...request },
      {
        onWords: (words) => {
          this.words.push(...words);
          this.toldAtMs.push(...words.map(() => this.audioMs));
        },
        onAudio: (pcm, rate) => {
          this.rate = rate;
          this.chunks.push(pcm.slice());
          for (const run of this.#onAudio.splice(0)) run();
        },
        onEnd: () => {
          this.isEnded = true;
          finish();
        },
        onError: (error) => {
          this.error = error as PipelineError;
          finish();
        },
      },
    );
  }

  get pcm(): Int16Array {
    return joinedAudio(this.chunks);
  }

  get audioMs(): number {
    return samplesToMs(
      this.chunks.reduce((sum, chunk) => sum + chunk.length, 0),
      this.rate ?? 24000,
    );
  }

  get text(): string {
    return this.words.map((word) => word.text).join(' ');
  }

  /** Resolves when audio comes next. */
  audio(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAudio.push(resolve);
    });
  }
}
