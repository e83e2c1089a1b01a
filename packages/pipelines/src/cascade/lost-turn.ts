import type { ConversationItem, GenerationRequest } from '@antiphon/session';
import type { TurnTranscript } from './turn-transcripts.ts';

/** Why the words of a turn are not known. */
export type TurnFault = NonNullable<TurnTranscript['error']>;

/** Remembers the turn whose words were lost last, until an answer to it was asked for. */
export class LostTurn {
  #lost: { readonly itemId: string; readonly fault: TurnFault } | null = null;

  note({ itemId, error }: TurnTranscript): void {
    if (error) this.#lost = { itemId, fault: error };
  }

  /**
   * Why no model can make this answer: it would answer a turn without its words. Null where it
   * answers something else. What is told once is not told again: then the caller knows.
   */
  take(request: GenerationRequest, history: readonly ConversationItem[]): TurnFault | null {
    if (request.kind === 'say' || request.options.context) return null;
    const lost = this.#lost;
    this.#lost = null;
    const asked = history.findLast((item) => item.kind !== 'message' || item.speaker !== 'agent');
    return lost && asked?.id === lost.itemId ? lost.fault : null;
  }
}
