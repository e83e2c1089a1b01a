import type { ProviderUsage } from '../ports/provider-usage.ts';
import type {
  EngineContext,
  EngineEvent,
  EngineSession,
  GenerationRequest,
  TimedWord,
  Usage,
  VoiceEngine,
} from '../ports/voice-engine.ts';

const USAGE: Usage = {
  inputTextTokens: 1,
  inputAudioTokens: 0,
  outputTextTokens: 1,
  outputAudioTokens: 0,
};

/** Each word of a fake voice lasts this long. */
export const FAKE_WORD_MS = 200;

/** An engine whose every move a test makes. */
export class FakeEngine implements VoiceEngine {
  readonly name = 'fake';
  readonly hearsSpelling: boolean;
  readonly sessions: FakeEngineSession[] = [];

  constructor(hearsSpelling = false) {
    this.hearsSpelling = hearsSpelling;
  }

  open(context: EngineContext): FakeEngineSession {
    const session = new FakeEngineSession(context);
    this.sessions.push(session);
    return session;
  }

  /** The session opened last. */
  get session(): FakeEngineSession {
    const session = this.sessions.at(-1);
    if (!session) throw new Error('No session was opened.');
    return session;
  }
}

/** One session of a {@link FakeEngine}. */
export class FakeEngineSession implements EngineSession {
  readonly context: EngineContext;
  readonly requests: GenerationRequest[] = [];
  readonly cancelled: string[] = [];
  readonly turns: {
    itemId: string;
    heardSamples: number;
    state: 'open' | 'committed' | 'dropped';
  }[] = [];
  /** Spoken at once for every request when set; otherwise the test calls `speak` and `end`. */
  autoReply: ((request: GenerationRequest) => string) | null = null;
  isClosed = false;
  /** What its provider is told to have used when the session is closed. */
  usedAtTheEnd: ProviderUsage | null = null;
  /** What it understands of a committed turn. */
  transcript = 'heard';
  /** Whether it tells what it understands of a committed turn. */
  understands = true;
  /** Items that an answer was to be made ready for. */
  readonly preparations: string[] = [];
  discards = 0;
  /** Covers that it was to say; it says them at once. */
  readonly covers: string[] = [];
  /** Of the cover that the answer being made began with. */
  #coverMs = 0;
  #hasSpoken = false;

  constructor(context: EngineContext) {
    this.context = context;
  }

  beginTurn(itemId: string): void {
    this.turns.push({ itemId, heardSamples: 0, state: 'open' });
  }

  hear(frame: { readonly pcm: Int16Array }): void {
    const turn = this.turns.at(-1);
    if (turn) turn.heardSamples += frame.pcm.length;
  }

  commitTurn(itemId: string): void {
    const turn = this.turns.find((candidate) => candidate.itemId === itemId);
    if (turn) turn.state = 'committed';
    if (this.understands) {
      this.emit({ type: 'transcript', itemId, text: this.transcript, isFinal: true });
    }
  }

  dropTurn(itemId: string): void {
    const turn = this.turns.find((candidate) => candidate.itemId === itemId);
    if (turn) turn.state = 'dropped';
  }

  prepareAnswer(itemId: string): void {
    this.preparations.push(itemId);
  }

  discardAnswer(): void {
    this.discards++;
  }

  generate(request: GenerationRequest): void {
    this.requests.push(request);
    this.#coverMs = 0;
    this.#hasSpoken = false;
    if (!this.autoReply) return;
    const text = this.autoReply(request);
    if (text !== '') this.speak(text);
    this.end();
  }

  cover(generationId: string, text: string): void {
    if (generationId !== this.request.generationId || this.#hasSpoken) return;
    this.covers.push(text);
    this.#tell(text, 0);
    this.#coverMs = text.split(' ').length * FAKE_WORD_MS;
  }

  cancel(generationId: string): void {
    this.cancelled.push(generationId);
  }

  close(): void {
    this.isClosed = true;
    if (this.usedAtTheEnd) this.context.onUsed?.(this.usedAtTheEnd);
  }

  /** The request made last. */
  get request(): GenerationRequest {
    const request = this.requests.at(-1);
    if (!request) throw new Error('Nothing was asked of the engine.');
    return request;
  }

  /** Writes and speaks a text, {@link FAKE_WORD_MS} a word at 8 kHz. */
  speak(text: string, fromMs = 0): void {
    const isAfterCover = this.#coverMs > 0 && !this.#hasSpoken;
    this.#hasSpoken = true;
    const { generationId } = this.request;
    // It has no clock, and a hop that ended before the one before it took no time.
    const mark = { type: 'generation.mark', mark: 'firstToken', atMs: 0 } as const;
    if (isAfterCover) this.emit({ ...mark, generationId });
    this.#tell(text, this.#coverMs + fromMs, isAfterCover ? ' ' : '');
  }

  #tell(text: string, fromMs: number, blank = ''): void {
    const { generationId } = this.request;
    const words: TimedWord[] = text.split(' ').map((word, index) => ({
      text: word,
      startMs: fromMs + index * FAKE_WORD_MS,
      endMs: fromMs + (index + 1) * FAKE_WORD_MS,
    }));
    this.emit({ type: 'generation.text', generationId, delta: `${blank}${text}` });
    this.emit({ type: 'generation.words', generationId, words });
    const pcm = new Int16Array(words.length * FAKE_WORD_MS * 8).fill(1000);
    this.emit({ type: 'generation.audio', generationId, pcm, sampleRate: 8000 });
  }

  call(name: string, args: string, callId = `call_${this.requests.length}`): string {
    const { generationId } = this.request;
    this.emit({ type: 'generation.toolCall', generationId, callId, name, arguments: args });
    return callId;
  }

  end(outcome: 'completed' | 'failed' = 'completed'): void {
    this.emit({
      type: 'generation.ended',
      generationId: this.request.generationId,
      outcome,
      usage: USAGE,
      ...(outcome === 'failed' && { error: { code: 'providerFailed', message: 'It failed.' } }),
    });
  }

  emit(event: EngineEvent): void {
    this.context.onEvent(event);
  }
}
