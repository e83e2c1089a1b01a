/** A content part as it stands in a frame. */
interface Part {
  readonly type: string;
  readonly text?: string;
  readonly transcript?: string | null;
}

/** An item as it stands in a frame. */
interface Item {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly role?: string;
  readonly content?: readonly Part[];
  readonly name?: string;
  readonly call_id?: string;
  readonly arguments?: string;
  readonly output?: string;
}

/** A response as it stands in a frame. */
interface Response {
  readonly id: string;
  readonly status: string;
  readonly conversation_id: string | null;
  readonly output: readonly Item[];
  readonly status_details: { readonly type: string; readonly reason?: string } | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly usage: { readonly total_tokens: number } | null;
}

/** A server event as parsed from its frame, of either dialect. */
export interface WireEvent {
  readonly type: string;
  readonly event_id: string;
  readonly response_id?: string;
  readonly response?: Response;
  readonly output_index?: number;
  readonly item_id?: string;
  readonly item?: Item;
  readonly previous_item_id?: string | null;
  readonly part?: Part;
  readonly delta?: string;
  readonly transcript?: string;
  readonly text?: string;
  readonly arguments?: string;
  readonly audio_start_ms?: number;
  readonly audio_end_ms?: number;
  readonly session?: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly code: string | null;
    readonly message: string;
    readonly param: string | null;
    readonly event_id: string | null;
  };
}

/** Short names for ids, in the order in which they appear: `item_1`, `resp_1`. */
export class IdNames {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  of(id: string): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const prefix = id.slice(0, id.indexOf('_'));
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    const name = `${prefix}_${count}`;
    this.#counts.set(prefix, count);
    this.#names.set(id, name);
    return name;
  }

  /** The id behind a short name; throws when there is none. */
  idOf(name: string): string {
    for (const [id, known] of this.#names) if (known === name) return id;
    throw new Error(`Nothing was named ${name}.`);
  }
}

/**
 * An event on one line: its type, then response, output index, item, what it follows, status and
 * words. Of audio only the milliseconds are told, of PCM16 at 24 kHz.
 */
export function shorthandOf(event: WireEvent, names: IdNames): string {
  const { item, response, part, error, previous_item_id: previous } = event;
  const responseId = event.response_id ?? response?.id;
  const itemId = event.item_id ?? item?.id;
  const words = [
    event.type,
    responseId === undefined ? '' : names.of(responseId),
    event.output_index === undefined ? '' : `#${event.output_index}`,
    itemId === undefined ? '' : names.of(itemId),
    previous === undefined ? '' : `after ${previous === null ? 'none' : names.of(previous)}`,
    item?.status ?? response?.status ?? '',
    ...(item ? itemWords(item) : []),
    ...(part ? [partWords(part)] : []),
    ...(response ? responseWords(response, names) : []),
    ...(error ? [error.code ?? 'no code', `for ${error.event_id ?? 'no event'}`] : []),
    event.audio_start_ms === undefined ? '' : `from ${event.audio_start_ms} ms`,
    event.audio_end_ms === undefined ? '' : `to ${event.audio_end_ms} ms`,
    ...[event.delta, event.transcript, event.text, event.arguments].map((text) => {
      if (text === undefined) return '';
      return event.type.endsWith('audio.delta') ? `${pcm16Ms(text)} ms` : JSON.stringify(text);
    }),
  ];
  return words.filter((word) => word !== '').join(' ');
}

function pcm16Ms(base64: string): number {
  return Math.round(Buffer.byteLength(base64, 'base64') / 48);
}

function itemWords(item: Item): string[] {
  if (item.content) return [item.role ?? '', `[${item.content.map(partWords).join(', ')}]`];
  return [item.type, item.name ?? '', JSON.stringify(item.arguments ?? item.output)];
}

function partWords({ type, text, transcript }: Part): string {
  return `${type} ${JSON.stringify(text ?? transcript ?? null)}`;
}

function responseWords({ output, status_details: details }: Response, names: IdNames): string[] {
  const items = output.map((item) => names.of(item.id));
  return [`[${items.join(' ')}]`, details?.reason ?? details?.type ?? ''];
}
