import type {
  AudioFrame,
  ConversationItem,
  EngineContext,
  EngineSession,
  GenerationRequest,
  RequestTime,
  SessionConfig,
  TimerHandle,
} from '@antiphon/session';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import type { PipelineError } from '../pipeline-error.ts';
import { SaidText } from '../upstream/said-text.ts';
import type { ExactSpeech } from '../upstream/said-text.ts';
import { pricedAt } from '../upstream/token-costs.ts';
import type { AnswerCost } from '../upstream/token-costs.ts';
import { CallerTurns } from './caller-turns.ts';
import { GeminiAnswer } from './gemini-answer.ts';
import { geminiFault } from './gemini-fault.ts';
import type { GeminiUse } from './gemini-settings.ts';
import { usageOf } from './gemini-usage.ts';
import { LiveLine } from './live-line.ts';
import type { ServerMessage } from './server-message.ts';

/** What {@link GeminiSession} needs. */
export interface GeminiSessionOptions extends GeminiUse {
  readonly context: EngineContext;
  /** What a session is likely to be configured with, so that the upstream is told beforehand. */
  readonly config: SessionConfig | null;
  readonly speech: ExactSpeech;
  readonly aligner: WordAligner | null;
  readonly onFault: (fault: PipelineError) => void;
  readonly onCost: (cost: AnswerCost) => void;
  /** Told what each answer took. */
  readonly onTook: (time: RequestTime) => void;
}

/**
 * One session's use of a Gemini Live model. The model answers a turn as soon as it is over; what it
 * says is held until the session asks for it, and is never heard where it does not.
 */
export class GeminiSession implements EngineSession {
  readonly #options: GeminiSessionOptions;
  readonly #line: LiveLine;
  readonly #turns: CallerTurns;
  #generation: GeminiAnswer | SaidText | null = null;
  /** Something was answered or said, so that there is a conversation before the caller's turn. */
  #hasSpoken = false;
  /** How long the generation may wait for the upstream. */
  #patience: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: GeminiSessionOptions) {
    this.#options = options;
    const line: LiveLine = new LiveLine(options, options.config, {
      advance: () => this.#advance(),
      message: (message) => this.#hear(message),
      answerBegun: () => this.#turns.answered(),
      answerDone: () => this.#turns.done(),
      left: () => this.#turns.lost(),
      lost: (fault) => this.#lost(fault),
      fault: (fault) => options.onFault(fault),
      took: (time) => options.onTook(time),
      isHearing: () => this.#turns.isOnLine,
      isBusy: () => this.#isBusy,
      history: () => this.#history(),
    });
    this.#line = line;
    this.#turns = new CallerTurns({
      ...options,
      link: line.link,
      mayBegin: (turn) => {
        // What was asked for about the turns before comes first, and is not stopped by what may be a
        // mere sign of listening.
        const isAsked = this.#waiting !== null && !turn.isCommitted;
        return !isAsked && !line.isAnswering && line.mayHear(turn.isCommitted);
      },
      onHeard: (itemId) => line.heard(itemId),
      onTranscript: (transcript) => {
        if (!this.#isClosed) options.context.onEvent({ type: 'transcript', ...transcript });
      },
      onSettled: () => this.#advance(),
    });
  }

  /** Opens the connection beforehand, but not before whoever opens a session for one answer asks. */
  open(): void {
    queueMicrotask(() => this.#line.link.wake());
  }

  beginTurn(itemId: string): void {
    if (!this.#isClosed) this.#turns.begin(itemId);
  }

  hear(frame: AudioFrame): void {
    this.#turns.hear(frame);
  }

  commitTurn(itemId: string): void {
    this.#turns.commit(itemId);
  }

  dropTurn(itemId: string): void {
    const wasHeard = this.#turns.drop(itemId) || this.#line.knowsTurn(itemId);
    if (wasHeard && !this.#isClosed) this.#line.renew();
  }

  /** The model answers a turn when it is over. Only how it is to answer can be made ready before. */
  prepareAnswer(_itemId: string, config: SessionConfig): void {
    if (!this.#isClosed && !this.#waiting && !this.#line.isAnswering) this.#line.configure(config);
  }

  discardAnswer(): void {}

  generate(request: GenerationRequest): void {
    if (this.#isClosed) return;
    this.#generation?.cancel();
    if (request.kind === 'say') this.#say(request);
    else {
      if (!this.#line.link.setup) this.#line.configure(request.config, request.options);
      this.#generation = this.#newAnswer(request);
      this.#advanceLater();
    }
  }

  cover(generationId: string, text: string): void {
    const generation = this.#generation;
    if (!(generation instanceof GeminiAnswer)) return;
    if (generation.request.generationId === generationId) generation.cover(text);
  }

  cancel(generationId: string): void {
    if (this.#generation?.request.generationId === generationId) this.#generation.cancel();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#generation?.cancel();
    this.#calm();
    this.#turns.close();
    this.#line.close();
  }

  get #isBusy(): boolean {
    const isGenerating = this.#generation !== null && !this.#generation.isOver;
    return isGenerating || this.#turns.isOpen || this.#turns.isOwed;
  }

  /** The answer that was asked for and is not begun. */
  get #waiting(): GeminiAnswer | null {
    const generation = this.#generation;
    return generation instanceof GeminiAnswer && generation.isWaiting ? generation : null;
  }

  /**
   * The conversation but for the turns that are not written down. Before the first answer it is not
   * looked at by then: what a client wrote is compared when that answer is made.
   */
  #history(): readonly ConversationItem[] {
    if (!this.#hasSpoken && !this.#waiting) return [];
    const { unsettled } = this.#turns;
    if (!this.#hasSpoken && unsettled.size > 0) return [];
    const coverItemId = this.#waiting?.coverItemId;
    const items = this.#options.context.history();
    return items.filter(({ id }) => !unsettled.has(id) && id !== coverItemId);
  }

  #say(request: Extract<GenerationRequest, { kind: 'say' }>): void {
    this.#hasSpoken = true;
    const isSilent = request.config.modality === 'text' || request.text.trim() === '';
    const speech = isSilent ? null : this.#options.speech;
    const onOver = (): void => {
      this.#line.saidBeside();
      this.#advanceLater();
    };
    const said = new SaidText({ ...this.#options, request, speech, onOver });
    this.#generation = said;
    said.start();
  }

  #newAnswer(request: Extract<GenerationRequest, { kind: 'answer' }>): GeminiAnswer {
    return new GeminiAnswer({
      ...this.#options,
      request,
      onWaiting: () => this.#advanceLater(),
      onMade: (end, said) => {
        this.#line.made(end, said);
        this.#advanceLater();
      },
      onOver: (wasStopped) => {
        this.#calm();
        // The model may have said more than was heard of it.
        if (wasStopped && !this.#isClosed) this.#line.renew();
        this.#advanceLater();
      },
    });
  }

  /** Begins the generation as soon as nothing stands in its way, or a turn that waits. */
  #advance(): void {
    if (this.#isClosed) return;
    this.#turns.advance();
    const generation = this.#waiting;
    const { link } = this.#line;
    if (!generation) {
      this.#line.rest();
      return;
    }
    if (this.#turns.isOwed) {
      if (!link.isReady) this.#wait(generation);
      return;
    }
    const { config, options } = generation.request;
    if (!link.isReady) link.wake();
    this.#line.configure(config, options);
    const answer = this.#line.ask(options.context ?? null);
    const fault = link.lastingFault;
    if (answer) {
      this.#calm();
      this.#hasSpoken = true;
      generation.start(answer);
    } else if (fault) generation.fail(fault);
    else this.#wait(generation);
  }

  #wait(generation: GeminiAnswer): void {
    const { clock, timeouts } = this.#options;
    this.#patience ??= clock.setTimeout(() => {
      this.#patience = null;
      const { link } = this.#line;
      if (this.#waiting !== generation || link.isReady) return;
      const note = `no connection in ${timeouts.connectMs} ms`;
      generation.fail(link.fault ?? geminiFault('provider_timeout', note));
    }, timeouts.connectMs);
  }

  /** Once whoever was told of an end has done what comes of it. */
  #advanceLater(): void {
    queueMicrotask(() => this.#advance());
  }

  #lost(fault: PipelineError): void {
    // Nothing is waited for where nothing will change.
    if (!this.#line.link.lastingFault) return;
    this.#turns.fail(fault);
    this.#advance();
  }

  #hear(message: ServerMessage): void {
    const { onCost, settings } = this.#options;
    if (message.usage) onCost(pricedAt(usageOf(message.usage), settings.prices));
    this.#turns.take(message);
  }

  #calm(): void {
    if (this.#patience !== null) this.#options.clock.clearTimeout(this.#patience);
    this.#patience = null;
  }
}
