import type {
  AudioFrame,
  Clock,
  EngineContext,
  EngineSession,
  GenerationRequest,
  SessionConfig,
} from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import { Answer } from './answer.ts';
import type { CascadeTimeouts } from './cascade-timeouts.ts';
import type { LanguageModel } from './ports/language-model.ts';
import type { SpeechToText } from './ports/speech-to-text.ts';
import type { TextToSpeech } from './ports/text-to-speech.ts';
import { TurnExpectation } from './turn-expectation.ts';
import { TurnTranscripts } from './turn-transcripts.ts';

/** What {@link CascadeSession} needs. */
export interface CascadeSessionOptions {
  readonly context: EngineContext;
  readonly speechToText: SpeechToText;
  readonly languageModel: LanguageModel;
  readonly textToSpeech: TextToSpeech;
  readonly clock: Clock;
  readonly timeouts: CascadeTimeouts;
  readonly maxUnclear: number;
  /** The voice that speaks where this one is asked for. */
  readonly voiceFor: (asked: string) => string;
  readonly onFault: (fault: PipelineError) => void;
}

/** One session's use of a cascade: its turns' transcripts and the generation under way. */
export class CascadeSession implements EngineSession {
  readonly #options: CascadeSessionOptions;
  readonly #transcripts: TurnTranscripts;
  #answer: Answer | null = null;
  #isClosed = false;

  constructor(options: CascadeSessionOptions) {
    this.#options = options;
    const { context, speechToText, languageModel, clock, timeouts, maxUnclear, onFault } = options;
    this.#transcripts = new TurnTranscripts({
      sessionId: context.sessionId,
      speechToText,
      clock,
      transcriptMs: timeouts.transcriptMs,
      maxUnclear,
      expect: () => new TurnExpectation({ languageModel, history: () => context.history() }),
      onTranscript: (transcript) => context.onEvent({ type: 'transcript', ...transcript }),
      onFault,
    });
  }

  beginTurn(itemId: string): void {
    if (!this.#isClosed) this.#transcripts.begin(itemId);
  }

  hear(frame: AudioFrame): void {
    this.#transcripts.hear(frame);
  }

  commitTurn(itemId: string): void {
    this.#transcripts.commit(itemId);
  }

  dropTurn(itemId: string): void {
    this.#transcripts.drop(itemId);
  }

  prepareAnswer(_itemId: string, _config: SessionConfig): void {}

  discardAnswer(): void {}

  generate(request: GenerationRequest): void {
    if (this.#isClosed) return;
    this.#answer?.cancel();
    this.#answer = new Answer(request, {
      ...this.#options,
      transcriptsSettled: () => this.#transcripts.settled(),
    });
    this.#answer.start();
  }

  cancel(generationId: string): void {
    if (this.#answer?.generationId !== generationId) return;
    this.#answer.cancel();
    this.#answer = null;
  }

  close(): void {
    this.#isClosed = true;
    this.#answer?.cancel();
    this.#answer = null;
    this.#transcripts.close();
  }
}
