import { isDeepStrictEqual } from 'node:util';
import type {
  ConversationItem,
  EngineEvent,
  GenerationRequest,
  SessionConfig,
} from '@antiphon/session';
import { Answer } from './answer.ts';
import type { AnswerOptions } from './answer.ts';
import { TurnSpeeches } from './speech-guard/turn-speech.ts';
import { saysTheSame } from './speculation.ts';
import type { SpeculationOutcome } from './speculation.ts';

type GenerationEvent = Exclude<EngineEvent, { type: 'transcript' }>;

/**
 * Events kept of one answer. The first piece is 18 s of speech at the longest, 900 chunks of 20 ms,
 * and the text of three pieces fewer tokens than that; of an answer that tells more, which only one
 * in writing can, the preparation is given up.
 */
const MAX_KEPT_EVENTS = 2000;

/** Stands for the id that the session will give. */
const NO_ID = '';

/** What {@link PreparedAnswer} needs. */
export interface PreparedAnswerOptions extends Omit<AnswerOptions, 'isHeld'> {
  /** The open turn, and what was heard of it so far. */
  readonly itemId: string;
  readonly text: string;
  readonly config: SessionConfig;
  readonly onOutcome: (outcome: SpeculationOutcome) => void;
}

/**
 * The answer to a turn that may be over, made as if it were. Its first piece is synthesized; what
 * it tells is kept, failures too, until the answer is taken over or thrown away.
 */
export class PreparedAnswer {
  readonly #options: PreparedAnswerOptions;
  /** The conversation before the turn. */
  readonly #before: readonly ConversationItem[];
  readonly #answer: Answer;
  /** What it says counts once it is taken over. */
  readonly #speeches = new TurnSpeeches();
  #kept: GenerationEvent[] = [];
  #audioMs = 0;
  #generationId: string | null = null;
  #isCancelled = false;

  constructor(options: PreparedAnswerOptions) {
    this.#options = options;
    const { context, itemId, text, config } = options;
    this.#before = [...context.history()];
    const history = [...this.#before, callerMessage(itemId, text)];
    this.#answer = new Answer(
      { kind: 'answer', generationId: NO_ID, config, options: {} },
      {
        ...options,
        isHeld: true,
        speeches: this.#speeches,
        context: {
          sessionId: context.sessionId,
          history: () => history,
          onEvent: (event) => this.#hear(event),
          onTookOver: (tookOver) => context.onTookOver?.(tookOver),
          onUsed: (used) => context.onUsed?.(used),
        },
      },
    );
  }

  /** Whether nothing more is to come of it. */
  get isOver(): boolean {
    return this.#isCancelled || (this.#generationId !== null && this.#answer.isOver);
  }

  start(): void {
    this.#options.onOutcome({ kind: 'prepared' });
    this.#answer.start();
  }

  /** Whether it answers a turn with this text, as far as that is known. */
  isFor(text: string): boolean {
    return saysTheSame(text, this.#options.text);
  }

  /** Whether a request may be met by it: an answer with the same configuration and no override. */
  suits(request: GenerationRequest): boolean {
    if (request.kind !== 'answer') return false;
    const { metadata: _metadata, ...overrides } = request.options;
    const isPlain = Object.values(overrides).every((override) => override === undefined);
    return isPlain && isDeepStrictEqual(request.config, this.#options.config);
  }

  /** Whether it can be the answer to a conversation: the one it was made for, and well so far. */
  answers(history: readonly ConversationItem[]): boolean {
    if (this.#isCancelled || this.#answer.hasFailed) return false;
    const last = history.at(-1);
    return (
      last?.kind === 'message' &&
      last.id === this.#options.itemId &&
      this.isFor(last.text ?? '') &&
      history.length === this.#before.length + 1 &&
      this.#before.every((item, index) => isDeepStrictEqual(item, history[index]))
    );
  }

  /** Tells what was kept as of this generation, and then goes on; it happens now, say the marks. */
  adopt(generationId: string): void {
    const { clock, context, onOutcome, speeches } = this.#options;
    speeches?.take(this.#speeches);
    this.#generationId = generationId;
    onOutcome({ kind: 'adopted' });
    const atMs = clock.now();
    for (const event of this.#kept.splice(0)) {
      // A listener may have cancelled on the event before.
      if (this.#isCancelled) return;
      const isMark = event.type === 'generation.mark';
      context.onEvent(isMark ? { ...event, generationId, atMs } : { ...event, generationId });
    }
    if (!this.#isCancelled) this.#answer.release();
  }

  /** Says this before the answer that was taken over, unless that has begun. */
  cover(text: string): void {
    if (this.#generationId !== null && !this.#isCancelled) this.#answer.cover(text);
  }

  /** Stops at once; no event follows. What was not taken over was made in vain. */
  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#answer.cancel();
    this.#kept = [];
    if (this.#generationId !== null) return;
    this.#options.onOutcome({ kind: 'discarded', wastedAudioMs: Math.round(this.#audioMs) });
  }

  #hear(event: EngineEvent): void {
    if (event.type === 'transcript' || this.#isCancelled) return;
    if (this.#generationId !== null) {
      this.#options.context.onEvent({ ...event, generationId: this.#generationId });
      return;
    }
    this.#kept.push(event);
    if (event.type === 'generation.audio') {
      this.#audioMs += (event.pcm.length * 1000) / event.sampleRate;
    }
    if (this.#kept.length > MAX_KEPT_EVENTS) this.cancel();
  }
}

function callerMessage(itemId: string, text: string): ConversationItem {
  return {
    kind: 'message',
    id: itemId,
    speaker: 'caller',
    medium: 'audio',
    status: 'completed',
    text,
    audioMs: 0,
  };
}
