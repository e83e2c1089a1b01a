import type { ConversationItem, MessageItem } from './ports/conversation-item.ts';

/** One thing that happened to the conversation; entries are only ever appended. Plain JSON. */
export type ConversationEntry =
  /** Without `afterId` the item goes to the end; `null` is the front. */
  | { readonly type: 'added'; readonly item: ConversationItem; readonly afterId?: string | null }
  | { readonly type: 'transcribed'; readonly itemId: string; readonly text: string }
  /** More of what the agent is saying was written. */
  | { readonly type: 'written'; readonly itemId: string; readonly delta: string }
  /** All of the item was heard, or read. */
  | { readonly type: 'completed'; readonly itemId: string; readonly audioMs: number }
  /** The item was cut: `text` is what was heard of it. */
  | {
      readonly type: 'truncated';
      readonly itemId: string;
      readonly text: string;
      readonly audioMs: number;
    }
  /** The session itself has answered what the caller said. */
  | { readonly type: 'setAside'; readonly itemId: string }
  | { readonly type: 'deleted'; readonly itemId: string };

/** An hour of short turns has under 2,000 items; a client that adds more is refused. */
export const MAX_ITEMS = 5_000;

/**
 * The one truth about what was said: an append-only log, and the items it amounts to. Engines are
 * fed from it and keep none of their own.
 */
export class Conversation {
  readonly #items: ConversationItem[] = [];
  readonly #onEntry: (entry: ConversationEntry) => void;

  /** `onEntry` hears each entry after it took effect. */
  constructor(onEntry: (entry: ConversationEntry) => void = () => {}) {
    this.#onEntry = onEntry;
  }

  /** Oldest first, as heard. The array is live: read it, do not keep it. */
  get items(): readonly ConversationItem[] {
    return this.#items;
  }

  get isFull(): boolean {
    return this.#items.length >= MAX_ITEMS;
  }

  item(itemId: string): ConversationItem | undefined {
    const index = this.#indexOf(itemId);
    return index < 0 ? undefined : this.#items[index];
  }

  /** The agent or caller message with this id, if it is one. */
  message(itemId: string): MessageItem | undefined {
    const item = this.item(itemId);
    return item?.kind === 'message' ? item : undefined;
  }

  /** The item before this one; `null` for the first. */
  previousId(itemId: string): string | null {
    const index = this.#indexOf(itemId);
    return index > 0 ? this.#items[index - 1]!.id : null;
  }

  /** Applies an entry; one about an item that is not there changes nothing and is not kept. */
  append(entry: ConversationEntry): void {
    if (this.#apply(entry)) this.#onEntry(entry);
  }

  #apply(entry: ConversationEntry): boolean {
    if (entry.type === 'added') return this.#insert(entry.item, entry.afterId);
    const index = this.#indexOf(entry.itemId);
    const item = this.#items[index];
    if (!item) return false;
    if (entry.type === 'deleted') {
      this.#items.splice(index, 1);
      return true;
    }
    if (item.kind !== 'message') return false;
    this.#items[index] = { ...item, ...changeOf(entry, item) };
    return true;
  }

  #insert(item: ConversationItem, afterId: string | null | undefined): boolean {
    if (this.#indexOf(item.id) >= 0) return false;
    if (afterId === undefined) {
      this.#items.push(item);
      return true;
    }
    const after = afterId === null ? -1 : this.#indexOf(afterId);
    if (afterId !== null && after < 0) return false;
    this.#items.splice(after + 1, 0, item);
    return true;
  }

  #indexOf(itemId: string): number {
    // The items in question are nearly always the latest.
    for (let index = this.#items.length - 1; index >= 0; index--) {
      if (this.#items[index]!.id === itemId) return index;
    }
    return -1;
  }
}

type MessageEntry = Exclude<ConversationEntry, { type: 'added' } | { type: 'deleted' }>;

function changeOf(entry: MessageEntry, item: MessageItem): Partial<MessageItem> {
  switch (entry.type) {
    case 'transcribed':
      return { text: entry.text };
    case 'written':
      return { text: (item.text ?? '') + entry.delta };
    case 'setAside':
      return { isAside: true };
    case 'completed':
      return { status: 'completed', audioMs: entry.audioMs };
    case 'truncated':
      return { status: 'incomplete', text: entry.text, audioMs: entry.audioMs };
  }
}
