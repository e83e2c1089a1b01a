import type { ConversationItem } from './ports/conversation-item.ts';
import type { Clock } from './ports/clock.ts';
import type { SessionConfig } from './ports/session-config.ts';
import type { SessionEvent } from './ports/session-event.ts';
import type { Conversation } from './conversation.ts';
import type { PlayoutLedger } from './playout-ledger.ts';
import type { SessionFact } from './session.facts.ts';

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never;

/** A session event before it is stamped with the time. */
export type SessionNews = WithoutTime<SessionEvent>;

/** What the parts of one running session share. */
export interface SessionParts {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly conversation: Conversation;
  readonly ledger: PlayoutLedger;
  /** The configuration of this moment. */
  readonly config: () => SessionConfig;
  /** An item id unused in this session. */
  readonly newItemId: () => string;
  /** Tells the machine what happened. */
  readonly report: (fact: SessionFact) => void;
  /** Tells the listeners what happened. */
  readonly notify: (news: SessionNews) => void;
}

/** Adds a finished item to the conversation and tells of it. */
export function addFinishedItem(
  parts: SessionParts,
  item: ConversationItem,
  place: { readonly afterId?: string | null; readonly generationId?: string } = {},
): void {
  const { conversation, notify } = parts;
  const generationId = place.generationId ?? null;
  conversation.append({
    type: 'added',
    item,
    ...(place.afterId !== undefined && { afterId: place.afterId }),
  });
  notify({
    type: 'item.added',
    item,
    previousItemId: conversation.previousId(item.id),
    generationId,
  });
  notify({ type: 'item.done', item, generationId });
}
