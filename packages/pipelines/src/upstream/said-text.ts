import { NO_USAGE } from '@antiphon/session';
import type { Clock, EngineContext, EngineEvent, GenerationRequest } from '@antiphon/session';
import { Answer } from '../cascade/answer.ts';
import { DEFAULT_CASCADE_TIMEOUTS } from '../cascade/cascade-timeouts.ts';
import type { LanguageModel } from '../cascade/ports/language-model.ts';
import type { TextToSpeech } from '../cascade/ports/text-to-speech.ts';
import { PipelineError } from '../pipeline-error.ts';
import { GenerationTeller } from './generation-teller.ts';
import type { EngineGeneration } from './engine-generation.ts';

/** A synthesizer that says texts as they stand, and the voice that does where another is named. */
export interface ExactSpeech {
  readonly textToSpeech: TextToSpeech;
  readonly defaultVoice: string;
}

/** What {@link SaidText} needs. */
export interface SaidTextOptions {
  readonly request: Extract<GenerationRequest, { kind: 'say' }>;
  readonly context: EngineContext;
  readonly clock: Clock;
  /** Speaks it; null for a text that makes no sound. */
  readonly speech: ExactSpeech | null;
  readonly onOver: () => void;
}

/** A text as it stands, without the upstream: it is there when the upstream is not. */
export class SaidText implements EngineGeneration<unknown> {
  readonly request: Extract<GenerationRequest, { kind: 'say' }>;
  readonly isWaiting = false;
  readonly #options: SaidTextOptions;
  readonly #teller: GenerationTeller;
  readonly #answer: Answer | null;

  constructor(options: SaidTextOptions) {
    this.#options = options;
    const { request, context, clock, speech } = options;
    this.request = request;
    this.#teller = new GenerationTeller(
      request.generationId,
      () => clock.now(),
      (event) => context.onEvent(event),
    );
    this.#answer = speech && this.#spoken(speech);
  }

  get isOver(): boolean {
    return this.#teller.isOver;
  }

  /** No event comes before it has returned. */
  start(): void {
    if (this.#answer) this.#answer.start();
    else queueMicrotask(() => this.#write());
  }

  fail(fault: PipelineError): void {
    if (this.isOver) return;
    this.#answer?.cancel();
    const error = { code: fault.code, message: fault.message };
    this.#teller.end({ outcome: 'failed', usage: NO_USAGE, error });
    this.#options.onOver();
  }

  cancel(): void {
    if (this.isOver) return;
    this.#teller.isOver = true;
    this.#answer?.cancel();
    this.#options.onOver();
  }

  #write(): void {
    const delta = this.request.text.trim();
    if (delta !== '') this.#teller.tell({ type: 'generation.text', delta });
    if (this.isOver) return;
    this.#teller.end({ outcome: 'completed', usage: NO_USAGE });
    this.#options.onOver();
  }

  #spoken({ textToSpeech, defaultVoice }: ExactSpeech): Answer {
    const { context, clock } = this.#options;
    return new Answer(this.request, {
      context: { ...context, onEvent: (event) => this.#hear(event) },
      languageModel: NO_MODEL,
      textToSpeech,
      clock,
      timeouts: DEFAULT_CASCADE_TIMEOUTS,
      voiceFor: (asked) => (textToSpeech.voices.includes(asked) ? asked : defaultVoice),
    });
  }

  #hear(event: EngineEvent): void {
    if (this.isOver) return;
    if (event.type === 'generation.ended') this.#teller.isOver = true;
    this.#options.context.onEvent(event);
    if (event.type === 'generation.ended') this.#options.onOver();
  }
}

/** A text that stands is not asked of a model. */
const NO_MODEL: LanguageModel = {
  name: 'none',
  answer: () => {
    throw new PipelineError('invalid_argument', 'a text as it stands is not asked of a model');
  },
};
