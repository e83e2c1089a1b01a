import type { ConversationItem } from '@antiphon/session';

/**
 * Which items of the conversation the client knows, so that each new one is placed after an item
 * it has heard of. There are at most as many as the conversation holds.
 */
export class AnnouncedItems {
  readonly #conversation: () => readonly ConversationItem[];
  readonly #announced = new Set<string>();

  /** `conversation` is read at each call, oldest item first. */
  constructor(conversation: () => readonly ConversationItem[]) {
    this.#conversation = conversation;
  }

  has(itemId: string): boolean {
    return this.#announced.has(itemId);
  }

  /** Remembers that the client is told of the item, and gives the item before it, null the first. */
  place(itemId: string): string | null {
    this.#announced.add(itemId);
    return this.previousOf(itemId);
  }

  /** The last of these items that the client knows: this one, or else the nearest before it. */
  nearest(itemId: string | null): string | null {
    return itemId === null || this.has(itemId) ? itemId : this.previousOf(itemId);
  }

  forget(itemId: string): void {
    this.#announced.delete(itemId);
  }

  /** The nearest item before this one that the client knows, null when there is none. */
  previousOf(itemId: string): string | null {
    const items = this.#conversation();
    // The items in question are nearly always the latest.
    let index = items.length - 1;
    while (index >= 0 && items[index]?.id !== itemId) index--;
    for (index--; index >= 0; index--) {
      const id = items[index]?.id;
      if (id !== undefined && this.#announced.has(id)) return id;
    }
    return null;
  }
}
