import type {
  AudioFrame,
  ConversationItem,
  EngineContext,
  EngineSession,
  GenerationRequest,
  SessionConfig,
  TimerHandle,
} from '@antiphon/session';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import type { PipelineError } from '../pipeline-error.ts';
import type { EngineGeneration } from '../upstream/engine-generation.ts';
import { SaidText } from '../upstream/said-text.ts';
import type { ExactSpeech } from '../upstream/said-text.ts';
import { pricedAt } from '../upstream/token-costs.ts';
import type { AnswerCost } from '../upstream/token-costs.ts';
import type { CallerTurn } from './caller-turn.ts';
import { CallerTurns } from './caller-turns.ts';
import { GeminiAnswer } from './gemini-answer.ts';
import { geminiFault } from './gemini-fault.ts';
import type { GeminiUse } from './gemini-settings.ts';
import { usageOf } from './gemini-usage.ts';
import { LiveAnswer } from './live-answer.ts';
import { LiveLink } from './live-link.ts';
import { liveSetup } from './live-setup.ts';
import { functionResponse, promptTurns, seedTurns } from './seed-turns.ts';
import type { ServerMessage } from './server-message.ts';
import { isBeingSaid, UpstreamMemory } from './upstream-memory.ts';

/** What {@link GeminiSession} needs. */
export interface GeminiSessionOptions extends GeminiUse {
  readonly context: EngineContext;
  /** What a session is likely to be configured with, so that the upstream is told beforehand. */
  readonly config: SessionConfig | null;
  readonly speech: ExactSpeech;
  readonly aligner: WordAligner | null;
  readonly onFault: (fault: PipelineError) => void;
  readonly onCost: (cost: AnswerCost) => void;
}

type AnswerRequest = Extract<GenerationRequest, { kind: 'answer' }>;

/**
 * One session's use of a Gemini Live model. The upstream takes nothing back, so a connection is used
 * for as long as all it knows is what was heard, and left for one that knows nothing as soon as that
 * is not so; the new one is told the conversation when it is needed.
 */
export class GeminiSession implements EngineSession {
  readonly #options: GeminiSessionOptions;
  readonly #link: LiveLink;
  readonly #turns: CallerTurns;
  readonly #memory = new UpstreamMemory();
  /** The answer upstream, asked for or not, until the upstream has something else to do. */
  #answer: LiveAnswer | null = null;
  #generation: EngineGeneration<LiveAnswer> | null = null;
  /** The connection has been told something. */
  #isUsed = false;
  /** Something was answered or said, so that there is a conversation before the caller's turn. */
  #hasSpoken = false;
  #config: SessionConfig | null;
  #request: AnswerRequest | null = null;
  /** How long the generation may wait for the upstream. */
  #patience: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: GeminiSessionOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#link = new LiveLink(options, {
      setup: () => ({ setup: this.#setup(), handle: null }),
      ready: () => this.#advance(),
      message: (message) => this.#hear(message),
      lost: (fault) => this.#lost(fault),
      leaving: () => {},
    });
    this.#turns = new CallerTurns({
      ...options,
      link: this.#link,
      mayBegin: (turn) => this.#mayBegin(turn),
      onHeard: (itemId) => {
        this.#memory.heard(itemId);
        this.#answer = this.#newAnswer();
      },
      onTranscript: (transcript) => this.#tell({ type: 'transcript', ...transcript }),
      onSettled: () => this.#advance(),
    });
  }

  /** Opens the connection beforehand. */
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
    if (this.#turns.drop(itemId)) this.#renew();
  }

  /** The model answers a turn when it is over, so there is nothing to make ready before. */
  prepareAnswer(): void {}

  discardAnswer(): void {}

  generate(request: GenerationRequest): void {
    if (this.#isClosed) return;
    this.#generation?.cancel();
    const generation = this.#newGeneration(request);
    this.#generation = generation;
    if (generation instanceof SaidText) {
      this.#hasSpoken = true;
      generation.start();
    } else queueMicrotask(() => this.#advance());
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
    this.#answer?.close();
    this.#link.close();
  }

  #newGeneration(request: GenerationRequest): EngineGeneration<LiveAnswer> {
    if (request.kind === 'answer') {
      return new GeminiAnswer({
        ...this.#options,
        request,
        onWaiting: () => this.#advance(),
        onMade: (end, said) => {
          if (said) this.#memory.spoken(said.itemId, said.text);
          for (const { callId, name } of end.calls) this.#memory.called(callId, name);
          this.#answer = null;
          if (end.outcome !== 'completed' && end.fault?.code !== 'provider_lost') this.#renew();
        },
        onOver: (wasCancelled) => {
          this.#calm();
          if (wasCancelled && !this.#isClosed) this.#renew();
        },
      });
    }
    const isSilent = request.config.modality === 'text' || request.text.trim() === '';
    const speech = isSilent ? null : this.#options.speech;
    return new SaidText({ ...this.#options, request, speech, onOver: () => {} });
  }

  #newAnswer(): LiveAnswer {
    this.#answer?.close();
    const answer: LiveAnswer = new LiveAnswer({
      ...this.#options,
      onBegun: () => this.#turns.answered(),
      onDone: () => this.#turns.done(),
      onBroken: (fault) => {
        this.#options.onFault(fault);
        if (this.#answer === answer) this.#renew();
      },
    });
    return answer;
  }

  /** The caller's turn may be told to the upstream: all that goes before it is there. */
  #mayBegin(turn: CallerTurn): boolean {
    if (!this.#link.isReady) {
      this.#link.wake();
      return false;
    }
    // What was asked for about the turns before is asked first.
    if (!turn.isCommitted && this.#generation?.isWaiting) return false;
    // An answer that is being made is not to be stopped by what may be a mere sign of listening.
    if (this.#answer?.isTaken && !this.#answer.isDone) return false;
    const history = this.#historyBefore();
    const isUndecided = !turn.isCommitted && history.some(isBeingSaid);
    if (this.#isUsed) {
      const isBehind = this.#answer !== null || this.#memory.awaitsTools;
      const known = isBehind ? null : this.#memory.compare(history);
      if (known?.isPrefix && !known.missing.some((item) => !isBeingSaid(item))) return !isUndecided;
      if (!isUndecided || isBehind || !known?.isPrefix) this.#renew();
      return false;
    }
    if (isUndecided) return false;
    this.#seed(history, false);
    return true;
  }

  /**
   * What was said before the turns that the upstream is to hear. Before the first answer it is not
   * looked at: what a client wrote by then is compared when that answer is made.
   */
  #historyBefore(): readonly ConversationItem[] {
    if (!this.#hasSpoken) return [];
    const { unsettled } = this.#turns;
    return this.#options.context.history().filter(({ id }) => !unsettled.has(id));
  }

  /** Begins the generation as soon as nothing stands in its way, or a turn that waits. */
  #advance(): void {
    if (this.#isClosed) return;
    this.#turns.advance();
    const generation = this.#generation;
    if (!generation?.isWaiting || generation instanceof SaidText) return;
    if (this.#turns.isOwed) return;
    const request = generation.request as AnswerRequest;
    this.#request = request;
    if (!this.#link.isReady) this.#link.wake();
    const isOther = JSON.stringify(this.#link.setup) !== JSON.stringify(this.#setup());
    if (this.#link.setup && isOther) this.#renew();
    const answer = this.#link.isReady ? this.#ask(request) : null;
    const fault = this.#link.lastingFault;
    if (answer) {
      this.#calm();
      this.#hasSpoken = true;
      generation.start(answer);
    } else if (fault) generation.fail(fault);
    else this.#wait(generation);
  }

  /** The answer to a request: what the upstream says already, or what it is asked for now. */
  #ask({ options }: AnswerRequest): LiveAnswer | null {
    if (options.context) {
      if (!this.#isUsed) return this.#prompt(options.context);
      this.#renew();
      return null;
    }
    const history = this.#options.context.history();
    if (!this.#isUsed) return this.#prompt(history);
    const known = this.#memory.compare(history);
    const held = this.#answer;
    if (known.isPrefix) {
      const { missing } = known;
      if (held && missing.length === 0 && !held.isTaken) return held;
      const outputs = this.#memory.awaitsTools ? this.#memory.outputs(missing) : null;
      if (outputs) {
        const functionResponses = outputs.map(([name, output]) => functionResponse(name, output));
        this.#link.send({ toolResponse: { functionResponses } });
        this.#memory.answered(outputs.map(([, output]) => output));
        return (this.#answer = this.#newAnswer());
      }
      if (!held && !this.#memory.awaitsTools && !this.#turns.isOnLine) return this.#prompt(missing);
    }
    this.#renew();
    return null;
  }

  #prompt(items: readonly ConversationItem[]): LiveAnswer {
    this.#isUsed = true;
    this.#memory.written(items);
    this.#link.send({ clientContent: { turns: promptTurns(items), turnComplete: true } });
    return (this.#answer = this.#newAnswer());
  }

  /** Tells a connection the conversation. */
  #seed(items: readonly ConversationItem[], turnComplete: boolean): void {
    this.#isUsed = true;
    this.#memory.written(items);
    const turns = seedTurns(items);
    if (turns.length > 0) this.#link.send({ clientContent: { turns, turnComplete } });
  }

  #setup() {
    const { settings } = this.#options;
    return liveSetup(settings, this.#request?.config ?? this.#config, this.#request?.options);
  }

  /** Leaves the connection for one that knows nothing. */
  #renew(): void {
    this.#forget();
    this.#link.renew();
  }

  #forget(): void {
    this.#answer?.close();
    this.#answer = null;
    this.#isUsed = false;
    this.#memory.reset();
    this.#turns.lost();
  }

  #wait(generation: EngineGeneration<LiveAnswer>): void {
    const { clock, timeouts } = this.#options;
    this.#patience ??= clock.setTimeout(() => {
      this.#patience = null;
      if (this.#generation !== generation || !generation.isWaiting) return;
      const note = `no connection in ${timeouts.connectMs} ms`;
      generation.fail(this.#link.fault ?? geminiFault('provider_timeout', note));
    }, timeouts.connectMs);
  }

  #lost(fault: PipelineError): void {
    this.#options.onFault(fault);
    const answer = this.#answer;
    this.#answer = null;
    this.#forget();
    answer?.fail(fault);
    // Nothing is waited for where nothing will change.
    if (this.#link.lastingFault) this.#advance();
  }

  #hear(message: ServerMessage): void {
    if (message.usage) {
      this.#options.onCost(pricedAt(usageOf(message.usage), this.#options.settings.prices));
    }
    this.#turns.take(message);
    this.#answer?.take(message);
  }

  #tell(event: Parameters<EngineContext['onEvent']>[0]): void {
    if (!this.#isClosed) this.#options.context.onEvent(event);
  }

  #calm(): void {
    if (this.#patience !== null) this.#options.clock.clearTimeout(this.#patience);
    this.#patience = null;
  }
}
