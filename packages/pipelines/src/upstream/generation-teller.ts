import type { EngineEvent, EngineMark } from '@antiphon/session';

type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

/** Tells the events of one generation, each mark once, and nothing after the end. */
export class GenerationTeller {
  readonly #generationId: string;
  readonly #now: () => number;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #marked = new Set<EngineMark>();
  isOver = false;

  constructor(generationId: string, now: () => number, onEvent: (event: EngineEvent) => void) {
    this.#generationId = generationId;
    this.#now = now;
    this.#onEvent = onEvent;
  }

  mark(mark: EngineMark): void {
    if (this.#marked.has(mark)) return;
    this.#marked.add(mark);
    this.tell({ type: 'generation.mark', mark, atMs: this.#now() });
  }

  tell(
    event:
      | Omit<EventOf<'generation.text'>, 'generationId'>
      | Omit<EventOf<'generation.words'>, 'generationId'>
      | Omit<EventOf<'generation.edited'>, 'generationId'>
      | Omit<EventOf<'generation.audio'>, 'generationId'>
      | Omit<EventOf<'generation.toolCall'>, 'generationId'>
      | Omit<EventOf<'generation.mark'>, 'generationId'>,
  ): void {
    if (!this.isOver) this.#onEvent({ ...event, generationId: this.#generationId });
  }

  end(end: Pick<EventOf<'generation.ended'>, 'outcome' | 'usage' | 'error'>): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#onEvent({ type: 'generation.ended', generationId: this.#generationId, ...end });
  }
}
