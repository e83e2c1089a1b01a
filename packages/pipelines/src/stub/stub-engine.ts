import type { Clock, EngineContext, EngineSession, VoiceEngine } from '@antiphon/session';
import { PipelineError } from '../pipeline-error.ts';
import { StubSession } from './stub-session.ts';
import { stubSaying } from './stub-speech.ts';
import type { StubSaying } from './stub-speech.ts';

/** Two seconds: a short sentence. */
const DEFAULT_SPEECH_MS = 2000;

const DEFAULT_REPLY = 'This is a stub, and it says the same every time.';
const DEFAULT_TRANSCRIPT = 'This is what every caller says.';

/** What the session itself says lasts so long a word: two words are a cover of half a second. */
const SAID_WORD_MS = 250;

/** An agent's covers and phrases; whatever else is said is made each time. */
const MAX_KEPT_TEXTS = 64;

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
  /** Length of the audio of every answer, and the most of a text's; 2000 unless given. */
  readonly speechMs?: number;
  /** From `generate` to all of its events; zero, which is the default, is the next microtask. */
  readonly delayMs?: number;
  /**
   * Called in place of the reply when the answer may use a tool of this name, except in the answer
   * to a tool's output, which is the reply. A tool that the answer must call by name is called
   * without arguments otherwise.
   */
  readonly toolCall?: { readonly name: string; readonly arguments: string };
}

/**
 * A voice engine without models, to measure the house around it. All events of a generation come
 * in one go on the microtask after `generate` (after `delayMs`, if set): they are never inside the
 * call, as with any engine, and no timer's resolution is in the measurement. Its audio is made
 * once and shared, texts that come again are kept, so a session costs nothing but its events.
 */
export class StubEngine implements VoiceEngine {
  readonly name: string;
  readonly #options: StubEngineOptions;
  readonly #reply: StubSaying;
  readonly #speechMs: number;
  readonly #kept = new Map<string, StubSaying>();

  /** Throws a PipelineError, `invalid_argument`, when `speechMs` or `delayMs` is no duration. */
  constructor(options: StubEngineOptions) {
    const { speechMs = DEFAULT_SPEECH_MS, delayMs = 0 } = options;
    if (!(speechMs > 0) || !(delayMs >= 0)) {
      const problem = `speechMs is ${speechMs} and delayMs ${delayMs}; use speechMs above 0 and delayMs from 0`;
      throw new PipelineError('invalid_argument', problem);
    }
    this.name = options.name ?? 'stub';
    this.#options = options;
    this.#reply = stubSaying(options.reply ?? DEFAULT_REPLY, speechMs);
    this.#speechMs = speechMs;
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
      say: (text) => this.#say(text),
    });
  }

  #say(text: string): StubSaying {
    const kept = this.#kept.get(text);
    if (kept) return kept;
    const wordCount = Math.max(1, text.trim().split(/\s+/u).length);
    const saying = stubSaying(text, Math.min(this.#speechMs, wordCount * SAID_WORD_MS));
    if (this.#kept.size < MAX_KEPT_TEXTS) this.#kept.set(text, saying);
    return saying;
  }
}
