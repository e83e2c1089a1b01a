import type { WireEvent } from './wire-shorthand.ts';

type ResponseState = 'open' | 'open out of band' | 'done';

/** What the client made of the events so far. */
interface Reading {
  readonly eventIds: Set<string>;
  /** Item ids in the order the client has them. */
  readonly items: string[];
  readonly responses: Map<string, ResponseState>;
  readonly openItems: Map<string, string>;
  readonly transcripts: Map<string, string>;
}

/** What a client that reads these GA events would stumble over; empty when nothing. */
export function wireViolations(events: readonly WireEvent[]): string[] {
  const reading = newReading();
  return events.flatMap((event) => read(event, reading).map((fault) => `${event.type}: ${fault}`));
}

/** The ids of the items a client has after these events, in the order it has them. */
export function itemsOfClient(events: readonly WireEvent[]): string[] {
  const reading = newReading();
  for (const event of events) read(event, reading);
  return reading.items;
}

function newReading(): Reading {
  return {
    eventIds: new Set(),
    items: [],
    responses: new Map(),
    openItems: new Map(),
    transcripts: new Map(),
  };
}

function read(event: WireEvent, reading: Reading): string[] {
  const faults: string[] = [];
  if (reading.eventIds.has(event.event_id)) faults.push(`event id ${event.event_id} came twice`);
  reading.eventIds.add(event.event_id);
  return [
    ...faults,
    ...readResponse(event, reading),
    ...readConversation(event, reading),
    ...readContent(event, reading),
  ];
}

function readResponse(event: WireEvent, { responses, openItems }: Reading): string[] {
  const { response, item, response_id: responseId } = event;
  if (event.type === 'response.created' && response) {
    const isOutOfBand = response.conversation_id === null;
    const isOther = [...responses.values()].includes('open');
    responses.set(response.id, isOutOfBand ? 'open out of band' : 'open');
    return isOther && !isOutOfBand ? [`${response.id} began beside another`] : [];
  }
  if (event.type === 'response.done' && response) {
    const wasOpen = isOpen(responses.get(response.id));
    responses.set(response.id, 'done');
    const faults = wasOpen ? [] : [`${response.id} was not in progress`];
    for (const [itemId, makerId] of openItems) {
      if (makerId === response.id) faults.push(`${itemId} not done`);
    }
    return faults;
  }
  if (responseId === undefined) return [];
  if (!isOpen(responses.get(responseId))) return [`${responseId} is not in progress`];
  if (event.type === 'response.output_item.added' && item) openItems.set(item.id, responseId);
  if (event.type === 'response.output_item.done' && item && !openItems.delete(item.id)) {
    return [`${item.id} was not being made`];
  }
  return event.item_id !== undefined && !openItems.has(event.item_id)
    ? [`${event.item_id} is not being made`]
    : [];
}

function isOpen(state: ResponseState | undefined): boolean {
  return state === 'open' || state === 'open out of band';
}

function readConversation(event: WireEvent, { items }: Reading): string[] {
  const { item, previous_item_id: previous } = event;
  const isKnown = previous === undefined || previous === null || items.includes(previous);
  const faults = isKnown ? [] : [`follows ${previous}, which the client does not have`];
  if (event.type === 'conversation.item.added' && item) {
    if (items.includes(item.id)) faults.push(`${item.id} was added twice`);
    const index = typeof previous === 'string' ? items.indexOf(previous) + 1 : 0;
    items.splice(index, 0, item.id);
  }
  if (event.type === 'conversation.item.deleted' && event.item_id !== undefined) {
    const index = items.indexOf(event.item_id);
    if (index < 0) faults.push(`${event.item_id} is not there`);
    else items.splice(index, 1);
  }
  const subject = event.item_id ?? item?.id ?? '';
  const isAboutKnown = /^conversation\.item\.(?:done|retrieved|truncated)$/u.test(event.type);
  if (isAboutKnown && !items.includes(subject)) faults.push(`${subject} is not there`);
  return faults;
}

function readContent(event: WireEvent, { transcripts }: Reading): string[] {
  const { item_id: itemId = '', delta = '', transcript } = event;
  if (event.type === 'response.output_audio_transcript.delta') {
    transcripts.set(itemId, (transcripts.get(itemId) ?? '') + delta);
  }
  if (event.type === 'response.output_audio_transcript.done') {
    const told = transcripts.get(itemId) ?? '';
    return told === transcript ? [] : [`"${transcript}" is not the deltas, "${told}"`];
  }
  if (event.type === 'response.output_audio.delta') {
    const bytes = Buffer.byteLength(delta, 'base64');
    return bytes > 0 && bytes % 2 === 0 ? [] : [`${bytes} bytes are no samples`];
  }
  return [];
}
