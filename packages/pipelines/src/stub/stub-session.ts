import { NO_USAGE } from '@antiphon/session';
import type {
  Clock,
  EngineContext,
  EngineEvent,
  EngineMark,
  EngineSession,
  GenerationRequest,
  TimerHandle,
} from '@antiphon/session';
import { STUB_SAMPLE_RATE } from './stub-speech.ts';
import type { StubSaying } from './stub-speech.ts';

/** What {@link StubSession} needs. */
export interface StubSessionOptions {
  readonly context: EngineContext;
  readonly clock: Clock;
  readonly reply: StubSaying;
  readonly transcript: string;
  readonly delayMs: number;
  readonly toolCall: StubCall | null;
  readonly say: (text: string) => StubSaying;
}

interface StubCall {
  readonly name: string;
  readonly arguments: string;
}

interface Generation {
  readonly request: GenerationRequest;
  timer: TimerHandle | null;
}

/** One session's use of a stub. */
export class StubSession implements EngineSession {
  readonly #options: StubSessionOptions;
  /** The turn that is heard, and the turns whose transcript comes on the next microtask. */
  #open: string | null = null;
  readonly #owed = new Set<string>();
  #generation: Generation | null = null;
  #isClosed = false;

  constructor(options: StubSessionOptions) {
    this.#options = options;
  }

  beginTurn(itemId: string): void {
    if (!this.#isClosed && !this.#owed.has(itemId)) this.#open = itemId;
  }

  hear(): void {
    // What is said makes no difference to a stub.
  }

  commitTurn(itemId: string): void {
    if (this.#open !== itemId) return;
    this.#open = null;
    this.#owed.add(itemId);
    queueMicrotask(() => this.#transcribe(itemId));
  }

  dropTurn(itemId: string): void {
    if (this.#open === itemId) this.#open = null;
    this.#owed.delete(itemId);
  }

  /** A stub is ready as it is. */
  prepareAnswer(): void {}

  discardAnswer(): void {}

  generate(request: GenerationRequest): void {
    if (this.#isClosed) return;
    this.#stop();
    const { clock, delayMs } = this.#options;
    const generation: Generation = { request, timer: null };
    this.#generation = generation;
    const run = () => this.#run(generation);
    if (delayMs > 0) generation.timer = clock.setTimeout(run, delayMs);
    else queueMicrotask(run);
  }

  cancel(generationId: string): void {
    if (this.#generation?.request.generationId === generationId) this.#stop();
  }

  close(): void {
    this.#isClosed = true;
    this.#open = null;
    this.#owed.clear();
    this.#stop();
  }

  #stop(): void {
    const timer = this.#generation?.timer ?? null;
    if (timer !== null) this.#options.clock.clearTimeout(timer);
    this.#generation = null;
  }

  #transcribe(itemId: string): void {
    if (!this.#owed.delete(itemId)) return;
    const { context, transcript } = this.#options;
    context.onEvent({ type: 'transcript', itemId, text: transcript, isFinal: true });
  }

  #run(generation: Generation): void {
    for (const event of this.#eventsOf(generation.request)) {
      // A listener may have cancelled on the event before.
      if (this.#generation !== generation) return;
      this.#options.context.onEvent(event);
    }
  }

  *#eventsOf(request: GenerationRequest): Generator<EngineEvent> {
    const { generationId } = request;
    const call = this.#callFor(request);
    if (request.kind === 'answer') yield this.#mark(generationId, 'transcriptReady');
    if (request.kind === 'answer') yield this.#mark(generationId, 'firstToken');
    if (call) {
      const callId = `call_${generationId}`;
      yield { type: 'generation.toolCall', generationId, callId, ...call };
    } else {
      yield* this.#speech(request);
    }
    yield { type: 'generation.ended', generationId, outcome: 'completed', usage: NO_USAGE };
  }

  *#speech(request: GenerationRequest): Generator<EngineEvent> {
    const { generationId, config } = request;
    const { say, reply } = this.#options;
    const { text, words, chunks } = request.kind === 'say' ? say(request.text) : reply;
    const modality = request.kind === 'say' ? config.modality : request.options.modality;
    if (words.length === 0) return;
    yield { type: 'generation.text', generationId, delta: text };
    if ((modality ?? config.modality) === 'text') return;
    yield this.#mark(generationId, 'firstSentence');
    yield { type: 'generation.words', generationId, words };
    yield this.#mark(generationId, 'firstByte');
    for (const pcm of chunks) {
      yield { type: 'generation.audio', generationId, pcm, sampleRate: STUB_SAMPLE_RATE };
    }
  }

  /** The call that an answer makes, or `null` when it speaks. */
  #callFor(request: GenerationRequest): StubCall | null {
    const { toolCall, context } = this.#options;
    if (request.kind === 'say') return null;
    const tools = request.options.tools ?? request.config.tools;
    const choice = request.options.toolChoice ?? request.config.toolChoice;
    const named = typeof choice === 'object' && choice.name !== toolCall?.name ? choice.name : null;
    const call = named === null ? toolCall : { name: named, arguments: '{}' };
    if (!call || choice === 'none' || !tools.some((tool) => tool.name === call.name)) return null;
    return context.history().at(-1)?.kind === 'toolOutput' ? null : call;
  }

  #mark(generationId: string, mark: EngineMark): EngineEvent {
    return { type: 'generation.mark', generationId, mark, atMs: this.#options.clock.now() };
  }
}
