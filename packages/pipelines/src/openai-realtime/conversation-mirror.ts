import type { WireClientEvent } from '@antiphon/protocol';
import type { ConversationItem, MessageItem } from '@antiphon/session';
import { wireItem } from './wire-items.ts';

/** Positions lie within a millisecond of each other on the two sides. */
const ROUNDING_MS = 2;

interface Entry {
  readonly upstreamId: string;
  /** Ours; null for what the session did not make an item of. */
  itemId: string | null;
  /** Of a tool call, by which ours is found. */
  readonly callId: string | null;
  readonly kind: 'heard' | 'spoken' | 'written' | 'call';
  /** In whole milliseconds; of `spoken` ones, where this part begins in our item's audio. */
  startMs: number;
  audioMs: number;
  /** Of `written` ones, the item as it was written. */
  text: string;
  /** Ours was in the conversation before, so that it is deleted when it is not there any more. */
  wasSeen: boolean;
  isDropped: boolean;
}

const BLANK = { itemId: null, callId: null, startMs: 0, audioMs: 0, text: '' } as const;
const FRESH = { wasSeen: false, isDropped: false } as const;

/**
 * What the upstream's conversation holds, and what makes it equal to ours. Items of the caller's
 * and the model's speech stay as the audio they are; everything else is given in writing.
 */
export class ConversationMirror {
  #entries: Entry[] = [];
  #count = 0;

  /** The upstream knows nothing. */
  reset(): void {
    this.#entries = [];
  }

  /** A turn of the caller became an item, after another or as the first. */
  placeHeard(itemId: string, upstreamId: string, previousId: string | null): void {
    this.#insert({ ...BLANK, ...FRESH, upstreamId, itemId, kind: 'heard' }, previousId);
  }

  /** What was heard became an item, and is no turn. */
  placeNoise(upstreamId: string, previousId: string | null): void {
    const entry = { ...BLANK, ...FRESH, upstreamId, kind: 'heard', isDropped: true } as const;
    this.#insert(entry, previousId);
  }

  /** A message of the model became an item. */
  placeSpoken(upstreamId: string, previousId: string | null): void {
    this.#insert({ ...BLANK, ...FRESH, upstreamId, kind: 'spoken' }, previousId);
  }

  /** A call of the model became an item. */
  placeCall(upstreamId: string, callId: string, previousId: string | null): void {
    this.#insert({ ...BLANK, ...FRESH, upstreamId, callId, kind: 'call' }, previousId);
  }

  /** Whether there is an item of this id. */
  has(upstreamId: string): boolean {
    return this.#entries.some((entry) => entry.upstreamId === upstreamId);
  }

  /** Whether the model has spoken. */
  get hasSpoken(): boolean {
    return this.#entries.some(({ kind }) => kind === 'spoken');
  }

  /** What was spoken is part of an item of ours, from `startMs` of its audio on. */
  name(upstreamId: string, part: Partial<Pick<Entry, 'itemId' | 'startMs' | 'audioMs'>>): void {
    const entry = this.#entries.find((candidate) => candidate.upstreamId === upstreamId);
    if (entry) Object.assign(entry, part);
  }

  /** The turn was nothing. */
  drop(itemId: string): void {
    for (const entry of this.#entries) if (entry.itemId === itemId) entry.isDropped = true;
  }

  /** The events that remove what was dropped. Nothing is being generated. */
  sweep(): WireClientEvent[] {
    const dropped = this.#entries.filter(({ isDropped }) => isDropped);
    if (dropped.length > 0) this.#entries = this.#entries.filter(({ isDropped }) => !isDropped);
    return dropped.map(removal);
  }

  /** The events after which the upstream's conversation is this one. Nothing is being generated. */
  sync(history: readonly ConversationItem[]): WireClientEvent[] {
    const events: WireClientEvent[] = [];
    const items = new Map(history.map((item) => [item.id, item]));
    for (const item of history) {
      if (item.kind !== 'toolCall') continue;
      const call = this.#entries.find((entry) => entry.callId === item.callId);
      if (call) call.itemId = item.id;
    }
    this.#entries = this.#entries.filter((entry) => {
      const item = entry.itemId === null ? undefined : items.get(entry.itemId);
      const change = changeOf(entry, item);
      if (change) events.push(change);
      if (item) entry.wasSeen = true;
      return change?.type !== 'conversation.item.delete';
    });
    this.#addMissing(history, events);
    return events;
  }

  #addMissing(history: readonly ConversationItem[], events: WireClientEvent[]): void {
    const placed = new Map<string, string>();
    for (const { itemId, upstreamId } of this.#entries) {
      // The last part of a message is the one that others follow.
      if (itemId !== null) placed.set(itemId, upstreamId);
    }
    let previousId: string | null = null;
    for (const item of history) {
      const known: string | undefined = placed.get(item.id);
      const written = known === undefined ? wireItem(item) : null;
      if (known !== undefined) previousId = known;
      if (!written) continue;
      const id = `antiphon_${++this.#count}`;
      events.push({
        type: 'conversation.item.create',
        item: { id, ...written },
        ...(previousId !== this.#lastId && { previous_item_id: previousId ?? 'root' }),
      });
      const text = item.kind === 'message' ? (item.text ?? '') : '';
      const entry = { ...BLANK, upstreamId: id, itemId: item.id, kind: 'written', text } as const;
      this.#insert({ ...entry, wasSeen: true, isDropped: false }, previousId);
      previousId = id;
    }
  }

  get #lastId(): string | null {
    return this.#entries.at(-1)?.upstreamId ?? null;
  }

  #insert(entry: Entry, previousId: string | null): void {
    const after = this.#entries.findIndex(({ upstreamId }) => upstreamId === previousId);
    if (previousId === null) this.#entries.unshift(entry);
    else if (after < 0) this.#entries.push(entry);
    else this.#entries.splice(after + 1, 0, entry);
  }
}

function removal({ upstreamId }: Entry) {
  return { type: 'conversation.item.delete' as const, item_id: upstreamId };
}

/** What makes an item of the upstream like ours, if anything has to. */
function changeOf(entry: Entry, item: ConversationItem | undefined): WireClientEvent | null {
  const remove = removal(entry);
  if (!item) {
    // A turn that was just committed may become an item of ours yet.
    const isToCome = entry.kind === 'heard' && !entry.wasSeen && !entry.isDropped;
    return isToCome ? null : remove;
  }
  if (item.kind !== 'message') return null;
  if (entry.kind === 'written') return (item.text ?? '') === entry.text ? null : remove;
  return entry.kind === 'spoken' ? cutOf(entry, item, remove) : null;
}

/** A part of a message that was cut ends where the caller heard it end. */
function cutOf(entry: Entry, item: MessageItem, remove: WireClientEvent): WireClientEvent | null {
  if (item.status !== 'incomplete' || item.medium !== 'audio') return null;
  const heardMs = Math.floor(item.audioMs - entry.startMs);
  if (heardMs <= 0) return remove;
  if (heardMs >= entry.audioMs - ROUNDING_MS) return null;
  entry.audioMs = heardMs;
  return {
    type: 'conversation.item.truncate',
    item_id: entry.upstreamId,
    content_index: 0,
    audio_end_ms: heardMs,
  };
}
