import type { AnsweredTurn } from '@antiphon/observability';
import type { CommittedTurn } from './caller-turn.ts';
import type { GenerationKind } from './ports/session-event.ts';
import type { Ask } from './session.facts.ts';

/** Said beside a turn, not to it. */
const BESIDE: readonly GenerationKind[] = ['backchannel', 'resumption'];

/** Knows to which of the caller's turns a sound of the agent's is the first. */
export class AnsweredTurns {
  readonly #lastTurn: () => CommittedTurn | null;
  #soundedItemId: string | null = null;
  #transcribed: { readonly itemId: string; readonly atMs: number } | null = null;

  constructor(lastTurn: () => CommittedTurn | null) {
    this.#lastTurn = lastTurn;
  }

  /** The transcript of the turn that is asked about was final. */
  transcribed({ itemId }: Ask, atMs: number): void {
    if (itemId !== null && this.#transcribed?.itemId !== itemId) {
      this.#transcribed = { itemId, atMs };
    }
  }

  /**
   * The first audio of what was asked for is written: the turn whose first sound it is, null where
   * it is not the first, or to no turn. A turn that the session answers by itself may be sounded by
   * whatever comes first, such as the cover of a wait; any other by its answer alone.
   */
  sounded({ kind, itemId }: Ask): AnsweredTurn | null {
    const turn = this.#lastTurn();
    if (!turn || turn.itemId === this.#soundedItemId || BESIDE.includes(kind)) return null;
    const isOwnAnswer = itemId === turn.itemId;
    if (!isOwnAnswer && (itemId !== null || !turn.wantsAnswer)) return null;
    this.#soundedItemId = turn.itemId;
    const { voiceEndAtMs, committedAtMs } = turn;
    const transcribedAtMs =
      this.#transcribed?.itemId === turn.itemId ? this.#transcribed.atMs : null;
    return { itemId: turn.itemId, voiceEndAtMs, committedAtMs, transcribedAtMs, isOwnAnswer };
  }
}
