import type { SampleRate } from '@antiphon/audio';
import { NO_USAGE } from '@antiphon/session';
import type { EngineContext, GenerationRequest } from '@antiphon/session';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';
import type { PipelineError } from '../pipeline-error.ts';
import type { EngineGeneration } from '../upstream/engine-generation.ts';
import { GenerationTeller } from '../upstream/generation-teller.ts';
import type { ExactSpeech } from '../upstream/said-text.ts';
import { SpokenCover, wordsAfter } from '../upstream/spoken-cover.ts';
import { TimedOutput } from '../upstream/timed-output.ts';
import type { GeminiUse } from './gemini-settings.ts';
import type { LiveAnswer, LiveEnd, LiveListener } from './live-answer.ts';

/** What {@link GeminiAnswer} needs. */
export interface GeminiAnswerOptions extends GeminiUse {
  readonly request: Extract<GenerationRequest, { kind: 'answer' }>;
  readonly context: EngineContext;
  readonly aligner: WordAligner | null;
  /** Says covers. */
  readonly speech: ExactSpeech;
  /** It waits again: the upstream was lost before there was anything of the answer. */
  readonly onWaiting: () => void;
  /** The model is done with it: what it said, as an item of ours where there is one. */
  readonly onMade: (end: LiveEnd, said: { itemId: string | null; text: string } | null) => void;
  readonly onOver: (wasCancelled: boolean) => void;
}

/** An answer of the model: its words as they come, its sound, and then its calls. */
export class GeminiAnswer implements EngineGeneration<LiveAnswer>, LiveListener {
  readonly request: Extract<GenerationRequest, { kind: 'answer' }>;
  readonly #options: GeminiAnswerOptions;
  readonly #teller: GenerationTeller;
  readonly #output: TimedOutput;
  readonly #cover: SpokenCover;
  readonly #isSilent: boolean;
  #answer: LiveAnswer | null = null;
  #itemId: string | null = null;
  #text = '';
  #hasAudio = false;
  #end: LiveEnd | null = null;
  #isSecondTry = false;

  constructor(options: GeminiAnswerOptions) {
    this.#options = options;
    this.request = options.request;
    const { context, clock, aligner, speech, request } = options;
    this.#isSilent = (request.options.modality ?? request.config.modality) === 'text';
    this.#teller = new GenerationTeller(
      request.generationId,
      () => clock.now(),
      (event) => context.onEvent(event),
    );
    this.#cover = new SpokenCover({
      speech: this.#isSilent ? null : speech,
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
    return !this.isOver && this.#answer === null;
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
    const hasBegun = this.#text !== '' || this.#hasAudio || this.#end !== null;
    if (!this.isOver && !hasBegun) this.#cover.say(text);
  }

  start(answer: LiveAnswer): void {
    this.#answer = answer;
    this.#teller.mark('transcriptReady');
    if (!this.isOver) answer.give(this);
  }

  fail(fault: PipelineError): void {
    if (this.isOver) return;
    const { code, message } = fault;
    this.#stop();
    this.#teller.end({ outcome: 'failed', usage: NO_USAGE, error: { code, message } });
    this.#options.onOver(false);
  }

  cancel(): void {
    if (this.isOver) return;
    this.#teller.isOver = true;
    const hasBegun = this.#answer !== null;
    this.#stop();
    this.#options.onOver(hasBegun);
  }

  text(delta: string): void {
    this.#cover.after(() => this.#write(delta));
  }

  audio(pcm: Int16Array, sampleRate: SampleRate): void {
    this.#cover.after(() => {
      this.#hasAudio = true;
      if (this.#isSilent || this.isOver) return;
      if (this.#cover.text !== '') this.#teller.mark('firstToken');
      this.#output.audio(pcm, sampleRate);
    });
  }

  ended(end: LiveEnd): void {
    this.#cover.after(() => this.#take(end));
  }

  #write(delta: string): void {
    // Blanks alone are no message: a model may write some before a call.
    const told = this.#text === '' ? delta.trimStart() : delta;
    if (told === '' || this.isOver) return;
    const isAfterCover = this.#text === '' && this.#cover.text !== '';
    this.#text += told;
    this.#teller.mark('firstToken');
    this.#output.write(told);
    this.#teller.tell({ type: 'generation.text', delta: isAfterCover ? ` ${told}` : told });
    this.#findItem();
  }

  #take(end: LiveEnd): void {
    if (this.isOver) return;
    const { onWaiting, onMade } = this.#options;
    const hasOutput = this.#text !== '' || this.#hasAudio;
    if (end.fault?.code === 'provider_lost' && !hasOutput && !this.#isSecondTry) {
      this.#isSecondTry = true;
      this.#answer = null;
      onWaiting();
      return;
    }
    this.#end = end;
    // The words of a cover are the beginning of the message, which is how it is told of.
    const text = [this.#cover.text, this.#text].filter((part) => part !== '').join(' ');
    onMade(end, hasOutput || text !== '' ? { itemId: this.#itemId, text } : null);
    this.#output.end(end.outcome === 'completed');
  }

  #finish(): void {
    const { outcome, calls, usage, fault } = this.#end!;
    if (this.#cover.text !== '' && calls.length > 0) this.#teller.mark('firstToken');
    for (const call of calls) this.#teller.tell({ type: 'generation.toolCall', ...call });
    if (this.isOver) return;
    const error = fault && { code: fault.code, message: fault.message };
    this.#teller.end({ outcome, usage, ...(error && { error }) });
    this.#options.onOver(false);
  }

  #tellAudio(pcm: Int16Array, sampleRate: SampleRate): void {
    this.#teller.mark('firstByte');
    this.#teller.tell({ type: 'generation.audio', pcm, sampleRate });
    this.#findItem();
  }

  /** The session makes an item of what it is told first. */
  #findItem(): void {
    if (this.#itemId !== null || this.isOver) return;
    const item = this.#options.context.history().at(-1);
    const isOurs = item?.kind === 'message' && item.speaker === 'agent';
    if (isOurs && item.status === 'inProgress') this.#itemId = item.id;
  }

  #stop(): void {
    this.#cover.close();
    this.#output.close();
    this.#answer?.close();
    this.#answer = null;
  }
}
