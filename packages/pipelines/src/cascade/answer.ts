import { NO_USAGE } from '@antiphon/session';
import type {
  Clock,
  EngineContext,
  EngineEvent,
  EngineMark,
  GenerationRequest,
  SessionConfig,
} from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import type { CascadeTimeouts } from './cascade-timeouts.ts';
import type {
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from './ports/language-model.ts';
import type { TextToSpeech } from './ports/text-to-speech.ts';
import { providerError } from './provider-error.ts';
import { SentenceCutter } from './sentence-cutter.ts';
import type { GuardedPieces, GuardPhrases } from './speech-guard/speech-guard.ts';
import { SpeechGuard } from './speech-guard/speech-guard.ts';
import type { TurnSpeeches } from './speech-guard/turn-speech.ts';
import { SpeechLine } from './speech-line.ts';
import { StallTimer } from './stall-timer.ts';

/** What {@link Answer} needs. */
export interface AnswerOptions {
  readonly context: EngineContext;
  readonly languageModel: LanguageModel;
  readonly textToSpeech: TextToSpeech;
  readonly clock: Clock;
  readonly timeouts: CascadeTimeouts;
  /** The voice that speaks where this one is asked for. */
  readonly voiceFor: (asked: string) => string;
  /** Whether no more than the first piece is spoken until {@link Answer.release}. */
  readonly isHeld?: boolean | undefined;
  /** What a guard of the model's text says; without it the text is spoken as it is written. */
  readonly guard?: ((config: SessionConfig) => GuardPhrases) | undefined;
  /** Counts what a guard lets through in each turn of the caller; a guard needs it. */
  readonly speeches?: TurnSpeeches | undefined;
}

type AnswerRequest = Extract<GenerationRequest, { kind: 'answer' }>;
type Fault = Readonly<Record<'code' | 'message', string>>;
type Ending = Pick<Extract<EngineEvent, { type: 'generation.ended' }>, 'outcome' | 'error'>;

/**
 * One generation: the model's text, cut into pieces, spoken while the model goes on. No event
 * comes before `start` has returned. When the model fails, the pieces it completed are still
 * spoken; when the synthesizer fails, the generation ends at once.
 */
export class Answer {
  readonly #request: GenerationRequest;
  readonly #options: AnswerOptions;
  readonly #abort = new AbortController();
  readonly #cutter = new SentenceCutter();
  readonly #line: SpeechLine | null;
  #guard: SpeechGuard | null = null;
  readonly #stall: StallTimer;
  readonly #marked = new Set<EngineMark>();
  #usage = NO_USAGE;
  /** Whether the model has written more than blanks. */
  #hasBegun = false;
  #hasText = false;
  #hasCalls = false;
  /** Something was said before the model wrote anything. */
  #isCovered = false;
  /** What the model wrote was changed; where nothing is written, all of it was left out. */
  #isEdited = false;
  /** The turn was answered in part before it. */
  #isGoingOn = false;
  #isEnding = false;
  #hasFailed = false;
  #isOver = false;

  constructor(request: GenerationRequest, options: AnswerOptions) {
    this.#request = request;
    this.#options = options;
    this.#line = modalityOf(request) === 'audio' ? this.#openLine() : null;
    this.#stall = new StallTimer(options.clock, () => this.#failStalled());
  }

  /** Whether its end was told, or it was cancelled. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether a provider failed, be the end told yet or not. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  start(): void {
    const request = this.#request;
    queueMicrotask(
      () => void (request.kind === 'say' ? this.#say(request.text) : this.#ask(request)),
    );
  }

  /** Says this before what the model writes, unless that has begun. */
  cover(text: string): void {
    const line = this.#line;
    const isTooLate = this.#isOver || this.#isEnding || this.#marked.has('firstToken');
    if (!line || isTooLate || this.#isCovered) return;
    this.#isCovered = true;
    const { generationId } = this.#request;
    this.#emit({ type: 'generation.text', generationId, delta: text });
    this.#mark('firstSentence');
    line.speak(text);
  }

  /** Speaks on after the first piece, where it is held. */
  release(): void {
    this.#line?.release();
  }

  /** Ends it as failed, in place of `start`, when what covers it is said. */
  fail(error: Fault): void {
    this.#failModel(error);
  }

  /** Stops at once; no event follows, whatever a provider still calls. */
  cancel(): void {
    if (!this.#isOver) this.#release();
  }

  async #say(text: string): Promise<void> {
    await this.#write(text);
    await this.#flush();
    await this.#end({ outcome: 'completed' });
  }

  async #ask(request: AnswerRequest): Promise<void> {
    this.#mark('transcriptReady');
    if (this.#isOver) return;
    this.#guard = this.#openGuard(request);
    const { languageModel, timeouts } = this.#options;
    try {
      this.#stall.start(timeouts.firstTokenMs);
      for await (const part of languageModel.answer(this.#modelRequest(request))) {
        this.#stall.stop();
        if (this.#isEnding || this.#isOver) return;
        await this.#take(part);
        if (this.#isEnding || this.#isOver) return;
        const isFirst = !this.#marked.has('firstToken');
        this.#stall.start(isFirst ? timeouts.firstTokenMs : timeouts.tokenGapMs);
      }
      this.#failModel(new PipelineError('provider_failed', `${languageModel.name} broke off`));
    } catch (error) {
      this.#failModel(providerError(languageModel.name, error));
    }
  }

  async #take(part: LanguageModelPart): Promise<void> {
    switch (part.type) {
      case 'text':
        // What a model writes after a call waits for the call's result: it will be asked again.
        if (part.delta !== '' && !this.#hasCalls) await this.#write(part.delta);
        return;
      case 'toolCall':
        this.#mark('firstToken');
        this.#hasCalls = true;
        await this.#flush();
        await this.#line?.drained();
        this.#emit({
          type: 'generation.toolCall',
          generationId: this.#request.generationId,
          callId: part.callId,
          name: part.name,
          arguments: part.arguments,
        });
        return;
      case 'end':
        this.#usage = part.usage;
        await this.#flush();
        if (this.#isEdited && !this.#hasText && !this.#hasCalls && !this.#isGoingOn) {
          const { name } = this.#options.languageModel;
          this.#failModel(
            new PipelineError('provider_garbled', `${name} wrote nothing to be said`),
          );
          return;
        }
        await this.#end({ outcome: part.finish === 'length' ? 'incomplete' : 'completed' });
        return;
    }
  }

  async #write(text: string): Promise<void> {
    if (this.#request.kind === 'answer') this.#mark('firstToken');
    // Blanks alone are no message: a model may write some before a call.
    const delta = this.#hasBegun ? text : text.trimStart();
    if (delta === '') return;
    const isAfterCover = this.#isCovered && !this.#hasBegun;
    this.#hasBegun = true;
    if (this.#guard) {
      for (const piece of this.#cutter.push(delta)) await this.#pass(this.#guard.take(piece));
      return;
    }
    this.#tellText(isAfterCover ? ` ${delta}` : delta);
    if (this.#line) await this.#speak(this.#line, this.#cutter.push(delta));
  }

  async #flush(): Promise<void> {
    const pieces = this.#line ? this.#cutter.flush() : [];
    if (this.#guard) {
      for (const piece of pieces) await this.#pass(this.#guard.take(piece));
      await this.#pass(this.#guard.flush());
    } else if (this.#line) await this.#speak(this.#line, pieces);
  }

  /** Writes and speaks what a guard lets through. */
  async #pass({ pieces, edits }: GuardedPieces): Promise<void> {
    const { generationId } = this.#request;
    if (edits.length > 0) {
      this.#isEdited = true;
      this.#emit({ type: 'generation.edited', generationId, edits });
    }
    for (const piece of pieces) {
      this.#tellText(this.#hasText || this.#isCovered ? ` ${piece}` : piece);
      if (this.#line) await this.#speak(this.#line, [piece]);
    }
  }

  #tellText(delta: string): void {
    this.#hasText = true;
    this.#emit({ type: 'generation.text', generationId: this.#request.generationId, delta });
  }

  async #speak(line: SpeechLine, pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      await line.room();
      this.#mark('firstSentence');
      line.speak(piece);
    }
  }

  /** Speaks what is queued, then tells the end. */
  async #end(ending: Ending): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#stall.stop();
    await this.#line?.drained();
    this.#tellEnd(ending);
  }

  #tellEnd(ending: Ending): void {
    if (this.#isOver) return;
    this.#release();
    this.#options.context.onEvent({
      type: 'generation.ended',
      generationId: this.#request.generationId,
      usage: this.#usage,
      ...ending,
    });
  }

  #failModel(error: Fault): void {
    if (this.#isOver) return;
    this.#hasFailed = true;
    this.#abort.abort();
    void this.#end(failed(error));
  }

  #failStalled(): void {
    const { languageModel, timeouts } = this.#options;
    const isFirst = !this.#marked.has('firstToken');
    const message = isFirst
      ? `${languageModel.name} wrote nothing within ${timeouts.firstTokenMs} ms`
      : `${languageModel.name} fell silent for ${timeouts.tokenGapMs} ms`;
    this.#failModel(new PipelineError('provider_timeout', message));
  }

  #openGuard({ config }: AnswerRequest): SpeechGuard | null {
    const { guard, speeches, context } = this.#options;
    if (!guard || !speeches || !this.#line) return null;
    const said = speeches.of(context.history());
    this.#isGoingOn = said.words > 0;
    return new SpeechGuard({ phrases: guard(config), speed: config.speed, said });
  }

  #openLine(): SpeechLine {
    const { context, textToSpeech, voiceFor, clock, timeouts, isHeld } = this.#options;
    const { generationId, config } = this.#request;
    return new SpeechLine({
      textToSpeech,
      voice: voiceFor(config.voice),
      speed: config.speed,
      clock,
      firstAudioMs: timeouts.firstAudioMs,
      audioGapMs: timeouts.audioGapMs,
      onWords: (words) => this.#emit({ type: 'generation.words', generationId, words }),
      onAudio: (pcm, sampleRate) => {
        this.#mark('firstByte');
        this.#emit({ type: 'generation.audio', generationId, pcm, sampleRate });
      },
      onPiece: (piece, startedAtMs) => {
        const firstByteAtMs = clock.now();
        this.#emit({ type: 'generation.piece', generationId, piece, startedAtMs, firstByteAtMs });
      },
      onSpelledOut: () => {
        this.#emit({ type: 'generation.edited', generationId, edits: ['spelled'] });
      },
      onTookOver: (tookOver) => context.onTookOver?.(tookOver),
      onUsed: (used) => context.onUsed?.(used),
      isHeld,
      onFailure: (failure) => {
        this.#hasFailed = true;
        this.#tellEnd(failed(failure));
      },
    });
  }

  #modelRequest({ config, options }: AnswerRequest): LanguageModelRequest {
    const { context } = this.#options;
    return {
      sessionId: context.sessionId,
      instructions: options.instructions ?? config.instructions,
      history: options.context ?? context.history(),
      tools: options.tools ?? config.tools,
      toolChoice: options.toolChoice ?? config.toolChoice,
      maxOutputTokens:
        options.maxOutputTokens === undefined ? config.maxOutputTokens : options.maxOutputTokens,
      temperature: options.temperature === undefined ? config.temperature : options.temperature,
      signal: this.#abort.signal,
      onTookOver: (tookOver) => context.onTookOver?.(tookOver),
      onUsed: (used) => context.onUsed?.(used),
    };
  }

  #mark(mark: EngineMark): void {
    if (this.#marked.has(mark)) return;
    this.#marked.add(mark);
    const atMs = this.#options.clock.now();
    this.#emit({ type: 'generation.mark', generationId: this.#request.generationId, mark, atMs });
  }

  #emit(event: EngineEvent): void {
    if (!this.#isOver) this.#options.context.onEvent(event);
  }

  #release(): void {
    this.#isOver = true;
    this.#stall.stop();
    this.#abort.abort();
    this.#line?.close();
  }
}

function modalityOf(request: GenerationRequest): 'audio' | 'text' {
  const { config } = request;
  return request.kind === 'say' ? config.modality : (request.options.modality ?? config.modality);
}

function failed(error: Fault): Ending {
  return { outcome: 'failed', error: { code: error.code, message: error.message } };
}
