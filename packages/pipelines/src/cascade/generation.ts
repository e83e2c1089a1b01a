import type { GenerationRequest } from '@antiphon/session';
import { Answer } from './answer.ts';
import type { AnswerOptions } from './answer.ts';
import type { TurnFault } from './lost-turn.ts';
import type { PreparedAnswer } from './prepared-answer.ts';

/** What {@link Generation} needs. */
export interface GenerationOptions extends AnswerOptions {
  /** Resolves when no transcript is owed. */
  readonly transcriptsSettled: () => Promise<void>;
  /** Why no model can make this answer; null where one can. */
  readonly faultOf: (request: GenerationRequest) => TurnFault | null;
}

/**
 * What the session asked for: a text that is said at once, or an answer once the transcripts are
 * there, the prepared one where it is the answer to them. No event comes before `start` has
 * returned.
 */
export class Generation {
  readonly #request: GenerationRequest;
  readonly #options: GenerationOptions;
  #prepared: PreparedAnswer | null;
  #answer: Answer | PreparedAnswer | null = null;
  /** The answer that is to begin with a cover. */
  #covered: Answer | null = null;
  #isCancelled = false;

  /** A prepared answer is its own from now on. */
  constructor(
    request: GenerationRequest,
    options: GenerationOptions,
    prepared: PreparedAnswer | null,
  ) {
    this.#request = request;
    this.#options = options;
    this.#prepared = prepared;
  }

  get id(): string {
    return this.#request.generationId;
  }

  /** Whether its end was told, or it was cancelled. */
  get isOver(): boolean {
    return this.#isCancelled || (this.#answer?.isOver ?? false);
  }

  start(): void {
    if (!this.#prepared?.suits(this.#request)) this.#discard();
    if (this.#request.kind === 'say') this.#make();
    else void this.#options.transcriptsSettled().then(() => this.#takeOverOrMake());
  }

  /** Says this before the answer, unless that has begun. */
  cover(text: string): void {
    if (this.#isCancelled || this.#request.kind === 'say') return;
    if (!this.#answer) {
      // Its transcript is late; what was made ready was made without these words.
      this.#discard();
      this.#covered = new Answer(this.#request, this.#options);
      this.#answer = this.#covered;
    }
    this.#answer.cover(text);
  }

  /** Stops at once; no event follows, whatever a provider still calls. */
  cancel(): void {
    this.#isCancelled = true;
    this.#discard();
    this.#answer?.cancel();
  }

  #takeOverOrMake(): void {
    if (this.#isCancelled) return;
    const fault = this.#options.faultOf(this.#request);
    if (fault) {
      this.#fail(fault);
      return;
    }
    const prepared = this.#prepared;
    if (this.#answer) this.#answer.start();
    else if (prepared?.answers(this.#options.context.history())) {
      this.#prepared = null;
      this.#answer = prepared;
      prepared.adopt(this.id);
    } else {
      this.#discard();
      this.#make();
    }
  }

  /** Ends as failed, without a model, once what covers the wait is said. */
  #fail(fault: TurnFault): void {
    this.#discard();
    this.#covered ??= new Answer(this.#request, this.#options);
    this.#answer = this.#covered;
    this.#covered.fail(fault);
  }

  #make(): void {
    const answer = new Answer(this.#request, this.#options);
    this.#answer = answer;
    answer.start();
  }

  #discard(): void {
    this.#prepared?.cancel();
    this.#prepared = null;
  }
}
