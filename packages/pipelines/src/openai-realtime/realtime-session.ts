import type { ServerEvent } from '@antiphon/protocol';
import type {
  AudioFrame,
  EngineContext,
  EngineSession,
  GenerationRequest,
  RequestTime,
  SessionConfig,
  TimerHandle,
} from '@antiphon/session';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import type { PipelineError } from '../pipeline-error.ts';
import { formatFor } from './caller-audio.ts';
import type { UpstreamFormat } from './caller-audio.ts';
import { CallerLine } from './caller-line.ts';
import type { CallerLines } from './caller-line.ts';
import { CallerTurns } from './caller-turns.ts';
import { ConversationMirror } from './conversation-mirror.ts';
import type { EngineGeneration } from '../upstream/engine-generation.ts';
import { SaidText } from '../upstream/said-text.ts';
import type { ExactSpeech } from '../upstream/said-text.ts';
import type { GenerationStart } from './generation-start.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { ResponseDesk } from './response-desk.ts';
import { SessionFieldsDesk } from './session-fields-desk.ts';
import { costOf, transcriptCostOf } from './token-costs.ts';
import type { TranscriptCost } from './token-costs.ts';
import { NO_COST } from '../upstream/token-costs.ts';
import type { AnswerCost } from '../upstream/token-costs.ts';
import { UpstreamAnswer } from './upstream-answer.ts';
import { upstreamFault, wireFault } from './upstream-fault.ts';
import { UpstreamLink } from './upstream-link.ts';
import { VerbatimAnswer } from './verbatim-answer.ts';

/** What was paid for. */
export type CostOf = 'answer' | 'transcript';

/** What {@link RealtimeSession} needs. */
export interface RealtimeSessionOptions extends RealtimeUse {
  readonly context: EngineContext;
  /** Where turn detectors find the line of a session, where the upstream finds the turns. */
  readonly lines: CallerLines | null;
  /** What a session is likely to be configured with, so that the upstream is told beforehand. */
  readonly config: SessionConfig | null;
  readonly speech: ExactSpeech | null;
  /** Says exact texts where the model that was to read them aloud cannot. */
  readonly lastResort: ExactSpeech | null;
  readonly aligner: WordAligner | null;
  readonly onFault: (fault: PipelineError) => void;
  readonly onCost: (cost: AnswerCost | TranscriptCost, of: CostOf) => void;
  /** Told what each request for an answer came to, with what it used where the upstream told that. */
  readonly onAnswered: (cost: AnswerCost, time: RequestTime | null) => void;
}

/** One session's use of a speech-to-speech model over the Realtime protocol. */
export class RealtimeSession implements EngineSession {
  readonly #options: RealtimeSessionOptions;
  readonly #link: UpstreamLink;
  readonly #line: CallerLine;
  readonly #turns: CallerTurns;
  readonly #desk: ResponseDesk;
  readonly #fields: SessionFieldsDesk;
  readonly #mirror = new ConversationMirror();
  #format: UpstreamFormat;
  #hasHeard = false;
  #generation: EngineGeneration<GenerationStart> | null = null;
  /** How long the generation may wait for the upstream. */
  #patience: TimerHandle | null = null;
  #isClosed = false;
  /** Where texts are said without the upstream, which is what is waited for. */
  readonly cover?: (generationId: string, text: string) => void;

  constructor(options: RealtimeSessionOptions) {
    this.#options = options;
    if (options.speech) this.cover = (generationId, text) => this.#say(generationId, text);
    this.#format = formatFor({ rate: null }, options.settings.audio);
    this.#link = new UpstreamLink(options, {
      ready: () => this.#begin(),
      event: (event) => this.#hear(event),
      lost: (fault) => this.#lost(fault),
      isBusy: () => this.#isBusy,
    });
    const link = this.#link;
    this.#line = new CallerLine({
      ...options,
      link,
      isHearing: () => this.#turns.isOpen,
      formatFor: (frame) => this.#formatFor(frame),
      onDetection: () => this.#configure(null),
    });
    options.lines?.add(options.context.sessionId, this.#line);
    this.#turns = new CallerTurns({
      ...options,
      link,
      line: this.#line,
      formatFor: (frame) => this.#formatFor(frame),
      onTranscript: (transcript) => this.#tell({ type: 'transcript', ...transcript }),
      onPlaced: (...placed) => this.#mirror.placeHeard(...placed),
      onUnwanted: (...placed) => {
        this.#mirror.placeNoise(...placed);
        this.#sweep();
      },
      onTranscribed: (usage) =>
        options.onCost(transcriptCostOf(usage, options.settings.prices), 'transcript'),
      onSettled: () => this.#advance(),
    });
    this.#desk = new ResponseDesk({
      ...options,
      link,
      onRest: () => this.#rest(),
      onFailed: (time) => options.onAnswered(NO_COST, time),
    });
    this.#fields = new SessionFieldsDesk(options.settings, link, options.config);
  }

  /** Opens the upstream connection beforehand. */
  open(): void {
    this.#link.wake();
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
    this.#mirror.drop(itemId);
    this.#turns.drop(itemId);
    this.#sweep();
    this.#link.rested();
  }

  /** The model hears a turn when it is over, so there is nothing to make ready before. */
  prepareAnswer(): void {}

  discardAnswer(): void {}

  generate(request: GenerationRequest): void {
    if (this.#isClosed) return;
    this.#generation?.cancel();
    const generation = this.#newGeneration(request);
    this.#generation = generation;
    if (generation instanceof SaidText) generation.start();
    else queueMicrotask(() => this.#advance());
  }

  cancel(generationId: string): void {
    if (this.#generation?.request.generationId === generationId) this.#generation.cancel();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#generation?.cancel();
    this.#calm();
    this.#options.lines?.remove(this.#options.context.sessionId, this.#line);
    this.#turns.close();
    this.#desk.close();
    this.#link.close();
  }

  get #isBusy(): boolean {
    const isAnswering = this.#generation !== null && !this.#generation.isOver;
    return isAnswering || this.#desk.isBusy || this.#turns.isOpen || this.#turns.isOwed;
  }

  get #coveredAnswer(): UpstreamAnswer | null {
    return this.#generation instanceof UpstreamAnswer ? this.#generation : null;
  }

  #say(generationId: string, text: string): void {
    const answer = this.#coveredAnswer;
    if (answer?.request.generationId === generationId) answer.cover(text);
  }

  #newGeneration(request: GenerationRequest): EngineGeneration<GenerationStart> {
    const onWaiting = (): void => this.#advance();
    const onOver = (): void => this.#over();
    if (request.kind === 'answer') {
      const mirror = this.#mirror;
      return new UpstreamAnswer({ ...this.#options, request, mirror, onWaiting, onOver });
    }
    const { speech } = this.#options;
    const isSilent = request.config.modality === 'text' || request.text.trim() === '';
    return isSilent || speech
      ? new SaidText({ ...this.#options, request, speech: isSilent ? null : speech, onOver })
      : new VerbatimAnswer({ ...this.#options, request, onWaiting, onOver });
  }

  /** Begins the generation as soon as nothing stands in its way. */
  #advance(): void {
    const generation = this.#generation;
    if (this.#isClosed) return;
    this.#link.rested();
    if (!generation?.isWaiting) return;
    const { request } = generation;
    if (!this.#link.isReady) this.#link.wake();
    else if (request.kind === 'answer' && this.#turns.isOwed) return;
    else if (this.#needsAnotherVoice(request)) this.#restart();
    const fault = this.#link.lastingFault;
    if (fault) {
      generation.fail(fault);
    } else if (!this.#link.isReady || this.#desk.isBusy) {
      this.#wait(generation);
    } else {
      this.#calm();
      if (request.kind === 'answer') this.#prepareUpstream(request);
      if (this.#link.isReady) generation.start({ desk: this.#desk, format: this.#format });
    }
  }

  /** An upstream session in which a voice has spoken takes no other. */
  #needsAnotherVoice({ config, kind }: GenerationRequest): boolean {
    return kind === 'answer' && this.#mirror.hasSpoken && !this.#fields.hasVoiceOf(config);
  }

  /** Makes the upstream's configuration and conversation those of the session. */
  #prepareUpstream({ config, options }: Extract<GenerationRequest, { kind: 'answer' }>): void {
    this.#configure(config);
    // An answer with a context of its own reads nothing else.
    if (options.context) return;
    const coverItemId = this.#coveredAnswer?.coverItemId ?? null;
    const history = this.#options.context.history().filter(({ id }) => id !== coverItemId);
    for (const event of this.#mirror.sync(history)) this.#link.send(event);
  }

  #wait(generation: EngineGeneration<GenerationStart>): void {
    const { clock, timeouts } = this.#options;
    this.#patience ??= clock.setTimeout(() => {
      this.#patience = null;
      if (this.#generation !== generation || !generation.isWaiting) return;
      const what = this.#link.isReady ? 'it does not end an answer' : 'no connection';
      const fault =
        this.#link.fault ??
        upstreamFault('provider_timeout', `${what} in ${timeouts.connectMs} ms`);
      if (this.#desk.isBusy) this.#link.fail(fault);
      generation.fail(fault);
    }, timeouts.connectMs);
  }

  #rest(): void {
    this.#sweep();
    this.#advance();
  }

  #over(): void {
    this.#calm();
    queueMicrotask(() => {
      if (!this.#isClosed) this.#link.rested();
    });
  }

  #restart(): void {
    this.#line.reset();
    this.#link.restart();
    this.#line.takeBack();
  }

  #begin(): void {
    this.#mirror.reset();
    this.#fields.reset();
    this.#line.reset();
    this.#configure(null);
    this.#turns.resume();
    this.#line.takeBack();
    this.#calm();
    this.#advance();
  }

  #lost(fault: PipelineError): void {
    this.#mirror.reset();
    this.#line.reset();
    this.#line.takeBack();
    this.#options.onFault(fault);
    this.#desk.lost(fault);
    // Nothing is waited for where nothing will change.
    if (this.#link.lastingFault) this.#advance();
    else if (this.#generation?.isWaiting) this.#wait(this.#generation);
  }

  #hear(event: ServerEvent): void {
    this.#place(event);
    if (event.type === 'response.done') {
      const { onCost, onAnswered, settings } = this.#options;
      const cost = costOf(event.response.usage, settings.prices);
      onCost(cost, 'answer');
      onAnswered(cost, this.#desk.timeAt(event.response));
    }
    if (this.#line.take(event)) return;
    if (this.#desk.take(event) || this.#turns.take(event) || event.type !== 'error') return;
    const fault = wireFault(event.error);
    this.#options.onFault(fault);
    if (!this.#fields.refused(event.error)) return;
    this.#line.refused();
    if (!(this.#generation instanceof SaidText)) this.#generation?.fail(fault);
  }

  /** What the model says and calls becomes part of the upstream's conversation. */
  #place(event: ServerEvent): void {
    if (event.type !== 'conversation.item.added') return;
    const { item, previous_item_id: previousId } = event;
    if (this.#mirror.has(item.id)) return;
    if (item.type === 'function_call') this.#mirror.placeCall(item.id, item.call_id, previousId);
    if (item.type !== 'message' || item.role !== 'assistant') return;
    this.#mirror.placeSpoken(item.id, previousId);
  }

  #configure(config: SessionConfig | null): void {
    this.#fields.configure(config, { format: this.#format, detection: this.#line.detection });
  }

  /** Removes what is no turn from the upstream's conversation, as soon as nobody reads it. */
  #sweep(): void {
    if (this.#isClosed || this.#desk.isBusy) return;
    for (const event of this.#mirror.sweep()) this.#link.send(event);
  }

  /** The first frame tells what kind of line the caller has. */
  #formatFor({ sampleRate }: AudioFrame): UpstreamFormat {
    if (!this.#hasHeard) {
      this.#hasHeard = true;
      const { context, settings } = this.#options;
      const encoding = context.callerEncoding?.();
      this.#format = formatFor({ rate: sampleRate, encoding }, settings.audio);
      this.#configure(null);
    }
    return this.#format;
  }

  #tell(event: Parameters<EngineContext['onEvent']>[0]): void {
    if (!this.#isClosed) this.#options.context.onEvent(event);
  }

  #calm(): void {
    if (this.#patience !== null) this.#options.clock.clearTimeout(this.#patience);
    this.#patience = null;
  }
}
