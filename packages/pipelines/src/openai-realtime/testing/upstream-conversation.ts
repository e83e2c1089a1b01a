import type {
  ConversationItem,
  ConversationItemCreateEvent,
  RealtimeConversationItemAssistantMessage,
} from 'openai/resources/realtime/realtime';

/** An item and how much audio it has. */
interface Placed {
  readonly item: ConversationItem & { id: string };
  audioMs: number;
}

/** A request about items that cannot be met, by the API's codes. */
export class ItemFault extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The items of an upstream session, with the checks of the public service. */
export class UpstreamConversation {
  readonly #items: Placed[] = [];
  #count = 0;

  get items(): readonly ConversationItem[] {
    return this.#items.map(({ item }) => item);
  }

  /** What each item says, by who says it: `user: hello`. */
  get said(): string[] {
    return this.#items.map(({ item, audioMs }) => {
      if (item.type === 'function_call') return `call: ${item.name}`;
      if (item.type === 'function_call_output') return `output: ${item.output}`;
      if (item.type !== 'message') return item.type;
      const [part] = item.content;
      const isAudio = part?.type === 'output_audio' || part?.type === 'input_audio';
      return isAudio ? `${item.role}: ${audioMs} ms` : `${item.role}: ${part?.text ?? ''}`;
    });
  }

  newId(): string {
    return `item_up${++this.#count}`;
  }

  /** Adds an item at the end; what comes before it. */
  append(item: ConversationItem & { id: string }, audioMs = 0): string | null {
    const previousId = this.#items.at(-1)?.item.id ?? null;
    this.#items.push({ item, audioMs });
    return previousId;
  }

  /** Adds an item of the client's; what comes before it. */
  create({ item, previous_item_id: previousId }: ConversationItemCreateEvent): {
    item: ConversationItem & { id: string };
    previousId: string | null;
  } {
    if (item.type === 'function_call_output' && !this.#hasCall(item.call_id)) {
      throw new ItemFault('invalid_tool_call_id');
    }
    const placed = { item: { ...item, id: item.id ?? this.newId() }, audioMs: 0 };
    if (this.#items.some((other) => other.item.id === placed.item.id)) {
      throw new ItemFault('item_create_duplicate_id');
    }
    if (previousId === undefined) {
      return { item: placed.item, previousId: this.append(placed.item) };
    }
    const at = previousId === 'root' ? 0 : this.#indexOf(previousId, 'item_not_found') + 1;
    this.#items.splice(at, 0, placed);
    return { item: placed.item, previousId: this.#items[at - 1]?.item.id ?? null };
  }

  /** More audio of an item was made. */
  lengthen(itemId: string, ms: number): void {
    const placed = this.#items.find(({ item }) => item.id === itemId);
    if (placed) placed.audioMs += ms;
  }

  truncate(itemId: string, audioEndMs: number): void {
    const placed = this.#items[this.#indexOf(itemId, 'item_truncate_invalid_item_id')]!;
    const { item } = placed;
    if (item.type !== 'message' || item.role !== 'assistant') {
      throw new ItemFault('invalid_value');
    }
    if (!Number.isInteger(audioEndMs) || audioEndMs > placed.audioMs) {
      throw new ItemFault('invalid_value');
    }
    placed.audioMs = audioEndMs;
    const [part] = (item as RealtimeConversationItemAssistantMessage).content;
    if (part) delete part.transcript;
  }

  delete(itemId: string): void {
    this.#items.splice(this.#indexOf(itemId, 'item_delete_invalid_item_id'), 1);
  }

  #hasCall(callId: string): boolean {
    return this.#items.some(({ item }) => item.type === 'function_call' && item.call_id === callId);
  }

  #indexOf(itemId: string, code: string): number {
    const index = this.#items.findIndex(({ item }) => item.id === itemId);
    if (index < 0) throw new ItemFault(code);
    return index;
  }
}
