import type { TimerHandle } from './ports/clock.ts';
import type { EngineEvent, EngineSession } from './ports/voice-engine.ts';
import type { OwnWords } from './own-words.ts';
import type { SessionParts } from './session-parts.ts';

/** What {@link AnswerCover} needs. */
export interface AnswerCoverOptions {
  readonly parts: SessionParts;
  readonly words: OwnWords;
  /** Null until it is opened. */
  readonly engine: () => EngineSession | null;
  /** Whether nobody is heard. */
  readonly isSilent: () => boolean;
  /** What was waited for so far is a wait, and the next sound is a cover. */
  readonly onDue: () => void;
}

/**
 * Bridges the wait for an answer whose provider is slow, or is being replaced, with a few words, once
 * in each. They are the beginning of the answer's message, and yet not the answer: until that has
 * begun, nothing of it counts as audible, so that it is made again where a false alarm cuts it.
 */
export class AnswerCover {
  readonly #options: AnswerCoverOptions;
  #generationId: string | null = null;
  #timer: TimerHandle | null = null;
  #phase: 'waiting' | 'covering' | 'answering' = 'answering';
  #hasToken = false;
  #isHeard = false;

  constructor(options: AnswerCoverOptions) {
    this.#options = options;
  }

  /** An answer is being made that is to be heard. */
  await(generationId: string): void {
    this.stop();
    this.#generationId = generationId;
    this.#phase = 'waiting';
    this.#hasToken = false;
    this.#isHeard = false;
    this.#wait();
  }

  /** Takes an event of the answer before anybody else does. */
  see(event: Exclude<EngineEvent, { type: 'transcript' }>): void {
    if (event.type === 'generation.mark') {
      if (event.mark === 'firstToken') this.#hasToken = true;
      return;
    }
    if (event.type === 'generation.edited' || event.generationId !== this.#generationId) return;
    // What comes before the first token is the cover itself.
    if (this.#phase === 'covering' && !this.#hasToken) return;
    const wasCovering = this.#phase === 'covering';
    this.#answerBegins();
    // An answer that only calls a tool says nothing.
    const isSaid = event.type === 'generation.text' || event.type === 'generation.audio';
    if (wasCovering && this.#isHeard && isSaid) {
      this.#tellAudible(event.generationId);
    }
  }

  /** The first audio of a generation was written. */
  heard(generationId: string): void {
    const isCover = this.#phase === 'covering' && generationId === this.#generationId;
    if (isCover) this.#isHeard = true;
    else this.#tellAudible(generationId);
  }

  /** There is no answer to wait for any more. */
  stop(): void {
    this.#answerBegins();
    this.#generationId = null;
  }

  #answerBegins(): void {
    this.#phase = 'answering';
    if (this.#timer !== null) this.#options.parts.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(): void {
    const { parts, engine } = this.#options;
    const { covers, answerCoverAfterMs } = parts.config();
    if (answerCoverAfterMs === undefined || covers.length === 0 || !engine()?.cover) return;
    this.#timer = parts.clock.setTimeout(() => this.#due(), answerCoverAfterMs);
  }

  #due(): void {
    this.#timer = null;
    const { parts, words, engine, isSilent, onDue } = this.#options;
    const generationId = this.#generationId;
    if (this.#phase !== 'waiting' || this.#hasToken || generationId === null) return;
    if (!isSilent()) {
      this.#wait();
      return;
    }
    const text = words.answerCover();
    if (text === null) return;
    this.#phase = 'covering';
    onDue();
    parts.notify({ type: 'generation.covered', generationId });
    engine()?.cover?.(generationId, text);
  }

  #tellAudible(generationId: string): void {
    this.#options.parts.report({ type: 'agent.firstAudio', generationId });
  }
}
