import type {
  AudioFrame,
  Clock,
  EngineContext,
  EngineSession,
  GenerationRequest,
  SessionConfig,
} from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import type { CascadeTimeouts } from './cascade-timeouts.ts';
import { Generation } from './generation.ts';
import { LostTurn } from './lost-turn.ts';
import type { LanguageModel } from './ports/language-model.ts';
import type { SpeechToText } from './ports/speech-to-text.ts';
import type { TextToSpeech } from './ports/text-to-speech.ts';
import { PreparedAnswer } from './prepared-answer.ts';
import type { SpeculationOutcome } from './speculation.ts';
import type { GuardPhrases } from './speech-guard/speech-guard.ts';
import { TurnSpeeches } from './speech-guard/turn-speech.ts';
import { TurnExpectation } from './turn-expectation.ts';
import { TurnTranscripts } from './turn-transcripts.ts';
import type { TurnTranscript } from './turn-transcripts.ts';

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
  /** Whether answers are made ready while the caller pauses. */
  readonly speculates: boolean;
  readonly onSpeculation: (outcome: SpeculationOutcome) => void;
  /** What a guard of the model's text says; without it the text is spoken as it is written. */
  readonly guard?: ((config: SessionConfig) => GuardPhrases) | undefined;
}

/**
 * Answers made ready in one pause. A recogniser's words trail the voice, so what was heard may grow
 * after the pause has begun; one that changes its mind more often makes no answer ready.
 */
const MAX_PREPARATIONS = 3;

interface Pause {
  readonly itemId: string;
  readonly config: SessionConfig;
  preparationsLeft: number;
}

/** One session's use of a cascade: its turns' transcripts and the generation under way. */
export class CascadeSession implements EngineSession {
  readonly #options: CascadeSessionOptions;
  readonly #transcripts: TurnTranscripts;
  readonly #lostTurn = new LostTurn();
  readonly #speeches = new TurnSpeeches();
  #generation: Generation | null = null;
  /** The caller is silent in the open turn. */
  #pause: Pause | null = null;
  #prepared: PreparedAnswer | null = null;
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
      callerEncoding: () => context.callerEncoding?.(),
      onTranscript: (transcript) => this.#hearTranscript(transcript),
      onFault,
      onTookOver: (tookOver) => context.onTookOver?.(tookOver),
      onUsed: (used) => context.onUsed?.(used),
    });
  }

  beginTurn(itemId: string): void {
    if (this.#isClosed) return;
    this.discardAnswer();
    this.#transcripts.begin(itemId);
  }

  hear(frame: AudioFrame): void {
    this.#transcripts.hear(frame);
  }

  commitTurn(itemId: string): void {
    this.#transcripts.commit(itemId);
  }

  dropTurn(itemId: string): void {
    this.discardAnswer();
    this.#transcripts.drop(itemId);
  }

  prepareAnswer(itemId: string, config: SessionConfig): void {
    this.#pause = null;
    this.#dropPrepared();
    this.#transcripts.paused();
    if (!this.#options.speculates) return;
    this.#pause = { itemId, config, preparationsLeft: MAX_PREPARATIONS };
    this.#prepare(this.#pause);
  }

  discardAnswer(): void {
    this.#pause = null;
    this.#dropPrepared();
    this.#transcripts.resumed();
  }

  generate(request: GenerationRequest): void {
    if (this.#isClosed) return;
    this.#generation?.cancel();
    const transcriptsSettled = () => this.#transcripts.settled();
    const faultOf = (asked: GenerationRequest) =>
      this.#lostTurn.take(asked, this.#options.context.history());
    const speeches = this.#speeches;
    const options = { ...this.#options, transcriptsSettled, faultOf, speeches };
    this.#generation = new Generation(request, options, this.#prepared);
    this.#prepared = null;
    this.#pause = null;
    this.#generation.start();
  }

  cover(generationId: string, text: string): void {
    if (this.#generation?.id === generationId) this.#generation.cover(text);
  }

  cancel(generationId: string): void {
    if (this.#generation?.id !== generationId) return;
    this.#generation.cancel();
    this.#generation = null;
  }

  close(): void {
    this.#isClosed = true;
    this.discardAnswer();
    this.#generation?.cancel();
    this.#generation = null;
    this.#transcripts.close();
  }

  /** Makes ready the answer to what was heard so far, unless it is ready or being made so. */
  #prepare(pause: Pause): void {
    const { itemId, config } = pause;
    const heard = this.#transcripts.partialOf(itemId);
    const { context } = this.#options;
    const text = context.tellable ? (context.tellable(heard) ?? '') : heard;
    if (this.#prepared?.isFor(text)) return;
    this.#dropPrepared();
    const isBusy = this.#generation !== null && !this.#generation.isOver;
    if (text.trim() === '' || pause.preparationsLeft === 0 || isBusy) return;
    pause.preparationsLeft -= 1;
    const onOutcome = this.#options.onSpeculation;
    this.#prepared = new PreparedAnswer({
      ...this.#options,
      speeches: this.#speeches,
      itemId,
      text,
      config,
      onOutcome,
    });
    this.#prepared.start();
  }

  #dropPrepared(): void {
    this.#prepared?.cancel();
    this.#prepared = null;
  }

  #hearTranscript(transcript: TurnTranscript): void {
    this.#lostTurn.note(transcript);
    this.#options.context.onEvent({ type: 'transcript', ...transcript });
    if (!transcript.isFinal && this.#pause) this.#prepare(this.#pause);
  }
}
