import type {
  Clock,
  EngineContext,
  EngineSession,
  TimedWord,
  VoiceEngine,
} from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import { StubSession } from './stub-session.ts';
import { stubSpeech, stubWords } from './stub-speech.ts';

/** Two seconds: a short sentence. */
const DEFAULT_SPEECH_MS = 2000;

const DEFAULT_REPLY = 'This is a stub, and it says the same every time.';
const DEFAULT_TRANSCRIPT = 'This is what every caller says.';

/** What a stub says and when. */
export interface StubEngineOptions {
  /** The engine's name, as agents select it; `stub` unless given. */
  readonly name?: string;
  /** Used when `delayMs` is above zero, and for the instants of marks. */
  readonly clock: Clock;
  /** The text of every answer. */
  readonly reply?: string;
  /** What every caller turn is heard as. */
  readonly transcript?: string;
  /** Length of the audio of every answer and text; 2000 unless given. */
  readonly speechMs?: number;
  /** From `generate` to all of its events; zero, which is the default, is the next microtask. */
  readonly delayMs?: number;
  /**
   * Called in place of the reply when the answer may use a tool of this name, except in the answer
   * to a tool's output, which is the reply.
   */
  readonly toolCall?: { readonly name: string; readonly arguments: string };
}

/**
 * A voice engine without models, to measure the house around it. All events of a generation come
 * in one go on the microtask after `generate` (after `delayMs`, if set): they are never inside the
 * call, as with any engine, and no timer's resolution is in the measurement. Its audio is made
 * once and shared, so a session costs nothing but its events.
 */
export class StubEngine implements VoiceEngine {
  readonly name: string;
  readonly #options: StubEngineOptions;
  readonly #reply: string;
  readonly #replyWords: readonly TimedWord[];
  readonly #speechMs: number;
  readonly #chunks: readonly Int16Array[];

  /** Throws a PipelineError, `invalid_argument`, when `speechMs` or `delayMs` is no duration. */
  constructor(options: StubEngineOptions) {
    const { speechMs = DEFAULT_SPEECH_MS, delayMs = 0 } = options;
    if (!(speechMs > 0) || !(delayMs >= 0)) {
      const problem = `speechMs is ${speechMs} and delayMs ${delayMs}; use speechMs above 0 and delayMs from 0`;
      throw new PipelineError('invalid_argument', problem);
    }
    this.name = options.name ?? 'stub';
    this.#options = options;
    this.#reply = options.reply ?? DEFAULT_REPLY;
    this.#replyWords = stubWords(this.#reply, speechMs);
    this.#speechMs = speechMs;
    this.#chunks = stubSpeech(speechMs);
  }

  open(context: EngineContext): EngineSession {
    const { clock, transcript, delayMs, toolCall } = this.#options;
    return new StubSession({
      context,
      clock,
      reply: this.#reply,
      transcript: transcript ?? DEFAULT_TRANSCRIPT,
      delayMs: delayMs ?? 0,
      toolCall: toolCall ?? null,
      chunks: this.#chunks,
      wordsOf: (text) =>
        text === this.#reply ? this.#replyWords : stubWords(text, this.#speechMs),
    });
  }
}
