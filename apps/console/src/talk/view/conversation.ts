import type { FeedEvent } from '@antiphon/observability';

type WordsEvent = Extract<FeedEvent, { type: 'agent.words' }>;

/** A word of the agent, and where in its item it ends. */
export type SpokenWord = WordsEvent['words'][number];

/** One entry of a conversation as people read it. */
export type ConversationLine =
  | {
      readonly kind: 'caller' | 'system';
      readonly id: string;
      /** Null when nothing of it was understood. */
      readonly text: string | null;
      /** Still being said; the words may change. */
      readonly isDraft: boolean;
    }
  /** The agent is saying it: each word counts once the caller's ear has it. */
  | { readonly kind: 'saying'; readonly id: string; readonly words: readonly SpokenWord[] }
  /** It has been said, or was cut: `unheard` is what the caller did not hear. */
  | { readonly kind: 'said'; readonly id: string; readonly heard: string; readonly unheard: string }
  | { readonly kind: 'note'; readonly id: string; readonly text: string };

/** The conversation that a session's events tell of, in the order in which its lines began. */
export function conversationOf(events: readonly FeedEvent[]): readonly ConversationLine[] {
  const lines = new Map<string, ConversationLine>();
  for (const event of events) {
    const line = lineAfter(event, lines);
    if (line !== null) lines.set(line.id, line);
  }
  return [...lines.values()];
}

function lineAfter(
  event: FeedEvent,
  lines: ReadonlyMap<string, ConversationLine>,
): ConversationLine | null {
  switch (event.type) {
    case 'caller.transcript': {
      const { itemId: id, text, isFinal } = event;
      return { kind: 'caller', id, text, isDraft: !isFinal };
    }
    case 'agent.words': {
      const { itemId: id, words } = event;
      const known = lines.get(id);
      // What came too late for a cut is in what was cut.
      if (known?.kind === 'said') return null;
      return {
        kind: 'saying',
        id,
        words: [...(known?.kind === 'saying' ? known.words : []), ...words],
      };
    }
    case 'agent.truncated': {
      const { itemId: id, heard, unheard } = event;
      return { kind: 'said', id, heard, unheard };
    }
    case 'item':
      return itemLine(event, lines.get(event.itemId));
    case 'handoff':
      return { kind: 'note', id: `handoff ${event.seq}`, text: 'You are passed on to a person.' };
    case 'fault':
      return { kind: 'note', id: `fault ${event.seq}`, text: `${event.code}: ${event.message}` };
    default:
      return null;
  }
}

function itemLine(
  { itemId: id, speaker, text, status }: Extract<FeedEvent, { type: 'item' }>,
  known: ConversationLine | undefined,
): ConversationLine | null {
  if (speaker !== 'agent') {
    return { kind: speaker, id, text: text === '' ? null : text, isDraft: false };
  }
  // What was cut stays divided into what was heard and what was not.
  if (status === 'incomplete' && known?.kind === 'said') return null;
  // Calls of tools are items without words.
  if (text === null) return null;
  return { kind: 'said', id, heard: text, unheard: '' };
}
