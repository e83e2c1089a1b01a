import type { ConversationItem, MessageItem } from '@antiphon/session';
import { writtenItem } from './seed-turns.ts';
import type { ToolOutputItem } from './seed-turns.ts';

type Entry =
  /** A turn of the caller, as the sound it was. */
  | { readonly kind: 'heard'; readonly itemId: string }
  /** Told in writing. */
  | { readonly kind: 'written'; readonly itemId: string; readonly text: string }
  /** Said by the model. The item is known once the session has made one. */
  | { readonly kind: 'spoken'; readonly itemId: string | null; readonly text: string }
  | { readonly kind: 'call'; readonly callId: string; readonly name: string }
  | { readonly kind: 'output'; readonly callId: string };

/** How what an upstream knows compares with a conversation. */
export type Comparison =
  /** It knows the beginning of it, and nothing else; `missing` comes after. */
  | { readonly isPrefix: true; readonly missing: readonly ConversationItem[] }
  | { readonly isPrefix: false };

/**
 * What the upstream's history holds. Nothing of it can be taken back or put in between, so either
 * the conversation begins with it, or another connection has to be told the conversation anew.
 */
export class UpstreamMemory {
  #entries: Entry[] = [];
  /** Calls of the model that it waits for. */
  readonly #openCalls = new Map<string, string>();

  /** Whether the model waits for the results of its calls, and hears nothing else. */
  get awaitsTools(): boolean {
    return this.#openCalls.size > 0;
  }

  /** The same, of a session that is taken up again later. */
  copy(): UpstreamMemory {
    const copy = new UpstreamMemory();
    copy.#entries = [...this.#entries];
    for (const [callId, name] of this.#openCalls) copy.#openCalls.set(callId, name);
    return copy;
  }

  /** Whether it heard a turn as the sound it was. */
  hasHeard(itemId: string): boolean {
    return this.#entries.some((entry) => entry.kind === 'heard' && entry.itemId === itemId);
  }

  /** Whether the model waits for the result of one of these. */
  awaitsOneOf(callIds: readonly string[]): boolean {
    return callIds.some((callId) => this.#openCalls.has(callId));
  }

  heard(itemId: string): void {
    this.#entries.push({ kind: 'heard', itemId });
  }

  written(items: readonly ConversationItem[]): void {
    for (const item of items) {
      const written = writtenItem(item);
      if (written) this.#entries.push({ kind: 'written', itemId: item.id, text: written.text });
    }
  }

  spoken(itemId: string | null, text: string): void {
    this.#entries.push({ kind: 'spoken', itemId, text: plain(text) });
  }

  called(callId: string, name: string): void {
    this.#entries.push({ kind: 'call', callId, name });
    this.#openCalls.set(callId, name);
  }

  /** The results it was given, all it waited for. */
  answered(outputs: readonly ToolOutputItem[]): void {
    for (const { callId } of outputs) this.#entries.push({ kind: 'output', callId });
    this.#openCalls.clear();
  }

  /** The results it waits for, by name, where the conversation has all of them; else null. */
  outputs(missing: readonly ConversationItem[]): (readonly [string, ToolOutputItem])[] | null {
    const given = missing.filter((item) => item.kind === 'toolOutput');
    const isMore = missing.some((item) => item.kind === 'message' && item.speaker !== 'agent');
    if (isMore || given.length !== this.#openCalls.size) return null;
    const named = given.map((item) => [this.#openCalls.get(item.callId), item] as const);
    return named.every((pair): pair is [string, ToolOutputItem] => pair[0] !== undefined)
      ? named
      : null;
  }

  compare(history: readonly ConversationItem[]): Comparison {
    const missing: ConversationItem[] = [];
    let known = 0;
    for (const item of history) {
      const entry = this.#entries[known];
      if (entry && isSame(entry, item)) {
        // It was told what comes later in the conversation, and not what comes before.
        if (missing.length > 0) return { isPrefix: false };
        known += 1;
      } else if (writtenItem(item) || isBeingSaid(item)) missing.push(item);
    }
    return known === this.#entries.length ? { isPrefix: true, missing } : { isPrefix: false };
  }
}

/** Whether the session is still saying it. */
export function isBeingSaid(item: ConversationItem): item is MessageItem {
  return item.kind === 'message' && item.speaker === 'agent' && item.status === 'inProgress';
}

function isSame(entry: Entry, item: ConversationItem): boolean {
  switch (entry.kind) {
    case 'heard':
      return entry.itemId === item.id;
    case 'written':
      return entry.itemId === item.id && entry.text === writtenItem(item)?.text;
    case 'spoken':
      if (entry.itemId !== item.id || item.kind !== 'message') return false;
      // What plays on is said whole, until it is known that it was not.
      return item.status === 'inProgress' || plain(item.text ?? '') === entry.text;
    case 'call':
      return item.kind === 'toolCall' && item.callId === entry.callId;
    case 'output':
      return item.kind === 'toolOutput' && item.callId === entry.callId;
  }
}

function plain(text: string): string {
  return text.trim().replace(/\s+/gu, ' ');
}
