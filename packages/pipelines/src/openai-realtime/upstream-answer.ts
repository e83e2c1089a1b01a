import type { SampleRate } from '@antiphon/audio';
import { NO_USAGE } from '@antiphon/session';
import type { EngineContext, GenerationRequest } from '@antiphon/session';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import type { PipelineError } from '../pipeline-error.ts';
import type { ConversationMirror } from './conversation-mirror.ts';
import type { EngineGeneration } from '../upstream/engine-generation.ts';
import { GenerationTeller } from '../upstream/generation-teller.ts';
import type { ExactSpeech } from '../upstream/said-text.ts';
import { SpokenCover, wordsAfter } from '../upstream/spoken-cover.ts';
import { TimedOutput } from '../upstream/timed-output.ts';
import type { GenerationStart } from './generation-start.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { answerFields } from './session-fields.ts';
import { usageOf } from './token-costs.ts';
import { upstreamFault } from './upstream-fault.ts';
import type { ResponseEnd, ResponseListener, UpstreamResponse } from './upstream-response.ts';

/** What {@link UpstreamAnswer} needs. */
export interface UpstreamAnswerOptions extends RealtimeUse {
  readonly request: Extract<GenerationRequest, { kind: 'answer' }>;
  readonly context: EngineContext;
  readonly mirror: ConversationMirror;
  readonly aligner: WordAligner | null;
  /** Says covers; null where none is said. */
  readonly speech: ExactSpeech | null;
  /** It waits again: the upstream was lost before there was anything of the answer. */
  readonly onWaiting: () => void;
  readonly onOver: () => void;
}

/** An item of the upstream that is part of our one message. */
interface Part {
  readonly upstreamId: string;
  readonly startMs: number;
}

/** An answer of the model: its words as they come, its sound, and then its calls. */
export class UpstreamAnswer implements EngineGeneration<GenerationStart>, ResponseListener {
  readonly request: Extract<GenerationRequest, { kind: 'answer' }>;
  readonly #options: UpstreamAnswerOptions;
  readonly #teller: GenerationTeller;
  readonly #output: TimedOutput;
  readonly #cover: SpokenCover;
  #start: GenerationStart | null = null;
  #response: UpstreamResponse | null = null;
  #part: Part | null = null;
  #itemId: string | null = null;
  #text = '';
  #end: ResponseEnd | null = null;
  #isSecondTry = false;

  constructor(options: UpstreamAnswerOptions) {
    this.#options = options;
    this.request = options.request;
    const { context, clock, aligner, speech, request } = options;
    const { generationId } = options.request;
    this.#teller = new GenerationTeller(
      generationId,
      () => clock.now(),
      (event) => context.onEvent(event),
    );
    this.#cover = new SpokenCover({
      speech,
      config: request.config,
      clock,
      teller: this.#teller,
      onTold: () => this.#findItem(),
    });
    this.#output = new TimedOutput({
      clock,
      aligner,
      playsFromMs: () => this.#cover.endsAtMs,
      onWords: (words) =>
        this.#teller.tell({ type: 'generation.words', words: wordsAfter(this.#cover, words) }),
      onAudio: (pcm, sampleRate) => this.#tellAudio(pcm, sampleRate),
      onEnd: () => this.#finish(),
    });
  }

  get isWaiting(): boolean {
    return !this.isOver && this.#start === null;
  }

  get isOver(): boolean {
    return this.#teller.isOver;
  }

  /** The message that has a cover and nothing else yet; it is none of the upstream's past. */
  get coverItemId(): string | null {
    return this.isWaiting ? this.#itemId : null;
  }

  /** Says this before the answer, unless that has begun. */
  cover(text: string): void {
    const hasBegun = this.#text !== '' || this.#output.audioMs > 0 || this.#end !== null;
    if (!this.isOver && !hasBegun) this.#cover.say(text);
  }

  start(start: GenerationStart): void {
    this.#start = start;
    this.#teller.mark('transcriptReady');
    if (this.isOver) return;
    this.#response = start.desk.ask(answerFields(this.request.options), start.format, this);
  }

  fail(fault: PipelineError): void {
    if (this.isOver) return;
    const { code, message } = fault;
    this.#stop();
    this.#teller.end({ outcome: 'failed', usage: NO_USAGE, error: { code, message } });
    this.#options.onOver();
  }

  cancel(): void {
    if (this.isOver) return;
    this.#teller.isOver = true;
    this.#stop();
    this.#options.onOver();
  }

  text(delta: string, upstreamId: string): void {
    this.#cover.after(() => this.#write(delta, upstreamId));
  }

  audio(pcm: Int16Array, sampleRate: SampleRate, upstreamId: string): void {
    this.#cover.after(() => {
      this.#enter(upstreamId);
      if (this.#cover.text !== '') this.#teller.mark('firstToken');
      this.#output.audio(pcm, sampleRate);
    });
  }

  ended(end: ResponseEnd): void {
    this.#cover.after(() => this.#take(end));
  }

  #write(delta: string, upstreamId: string): void {
    const isNewPart = this.#enter(upstreamId) && this.#text !== '';
    const spaced = isNewPart && !/\s$/u.test(this.#text) ? ` ${delta.trimStart()}` : delta;
    // Blanks alone are no message: a model may write some before a call.
    const told = this.#text === '' ? spaced.trimStart() : spaced;
    if (told === '') return;
    const isAfterCover = this.#text === '' && this.#cover.text !== '';
    this.#text += told;
    this.#teller.mark('firstToken');
    this.#output.write(told);
    this.#teller.tell({ type: 'generation.text', delta: isAfterCover ? ` ${told}` : told });
    this.#findItem();
  }

  #take(end: ResponseEnd): void {
    const { onWaiting } = this.#options;
    const hasOutput = this.#text !== '' || this.#output.audioMs > 0;
    if (end.fault?.code === 'provider_lost' && !hasOutput && !this.#isSecondTry) {
      this.#isSecondTry = true;
      this.#start = null;
      this.#response = null;
      onWaiting();
      return;
    }
    if (this.#part) this.#closePart(this.#part);
    const isSilent = end.outcome === 'completed' && !hasOutput && end.calls.length === 0;
    const fault = isSilent ? upstreamFault('provider_silent', 'an answer without content') : null;
    this.#end = fault ? { ...end, outcome: 'failed', fault } : end;
    this.#output.end(end.outcome === 'completed');
  }

  #finish(): void {
    const { outcome, calls, usage, fault } = this.#end!;
    if (this.#cover.text !== '' && calls.length > 0) this.#teller.mark('firstToken');
    for (const call of calls) this.#teller.tell({ type: 'generation.toolCall', ...call });
    if (this.isOver) return;
    const error = fault && { code: fault.code, message: fault.message };
    this.#teller.end({ outcome, usage: usageOf(usage), ...(error && { error }) });
    this.#options.onOver();
  }

  #tellAudio(pcm: Int16Array, sampleRate: SampleRate): void {
    this.#teller.mark('firstByte');
    this.#teller.tell({ type: 'generation.audio', pcm, sampleRate });
    this.#findItem();
  }

  /** What comes now belongs to this item of the upstream; true when it is another than before. */
  #enter(upstreamId: string): boolean {
    if (this.#part?.upstreamId === upstreamId) return false;
    if (this.#part) this.#closePart(this.#part);
    this.#part = { upstreamId, startMs: this.#spokenMs };
    // How much audio the upstream has of it is only known at its end.
    const { startMs } = this.#part;
    this.#options.mirror.name(upstreamId, { itemId: this.#itemId, startMs, audioMs: Infinity });
    return true;
  }

  #closePart({ upstreamId, startMs }: Part): void {
    this.#options.mirror.name(upstreamId, { audioMs: this.#spokenMs - startMs });
  }

  /** How long the message is so far. */
  get #spokenMs(): number {
    return this.#cover.audioMs + this.#output.audioMs;
  }

  /** The session makes an item of what it is told first. */
  #findItem(): void {
    if (this.#itemId !== null || this.isOver) return;
    const item = this.#options.context.history().at(-1);
    const isOurs = item?.kind === 'message' && item.speaker === 'agent';
    if (!isOurs || item.status !== 'inProgress') return;
    this.#itemId = item.id;
    if (this.#part) this.#options.mirror.name(this.#part.upstreamId, { itemId: item.id });
  }

  #stop(): void {
    this.#cover.close();
    this.#output.close();
    if (this.#response && !this.#end) this.#start?.desk.cancel(this.#response);
    this.#response = null;
  }
}
