import { z } from 'zod';
import type { Dialect } from '../dialect.ts';
import type { ProtocolFault } from '../errors.ts';
import type { JsonObject } from '../json-value.ts';
import { presentKeys } from '../present-keys.ts';
import { faultOfAppend } from './append-event.ts';
import { KEYPAD_DIGITS } from './client-event.ts';
import type { BareClientEventType, ClientEvent } from './client-event.ts';
import { newItemField } from './item-payload.ts';
import { responseField } from './response-payload.ts';
import { faultOfSchema } from './schema-fault.ts';
import { idField } from './session-fields.ts';
import { readSessionPayload } from './session-payload.ts';

/** An event read, or what is wrong with it. */
export type EventReading = { ok: true; event: ClientEvent } | { ok: false; fault: ProtocolFault };

/** A parsed event on its way to becoming a ClientEvent. */
interface RawEvent {
  raw: JsonObject;
  eventId: string | null;
  dialect: Dialect;
}

type Reader = (event: RawEvent) => EventReading;

/** A reader for an event that one schema describes. */
function schemaReader<Wire>(
  schema: z.ZodType<Wire>,
  build: (wire: Wire, eventId: string | null) => ClientEvent,
): Reader {
  return ({ raw, eventId }) => {
    const result = schema.safeParse(raw);
    return result.success
      ? { ok: true, event: build(result.data, eventId) }
      : { ok: false, fault: faultOfSchema(result.error, raw) };
  };
}

function sessionReader(type: 'session.update' | 'transcription_session.update'): Reader {
  const isTypeImplied = type === 'transcription_session.update';
  return ({ raw, eventId, dialect }) => {
    const payload = readSessionPayload(raw['session'], { dialect, isTypeImplied });
    if (!payload.ok) return payload;
    const { patch, shape } = payload;
    const session = isTypeImplied ? { ...patch, sessionType: 'transcription' as const } : patch;
    return { ok: true, event: { type, eventId, session, shape } };
  };
}

function bareReader(type: BareClientEventType): Reader {
  return ({ eventId }) => ({ ok: true, event: { type, eventId } });
}

const readAppend: Reader = ({ raw, eventId }) => {
  const fault = faultOfAppend(raw);
  if (fault !== null) return { ok: false, fault };
  const audio = raw['audio'] as string;
  return { ok: true, event: { type: 'input_audio_buffer.append', eventId, audio } };
};

const readItemCreate = schemaReader(
  z.object({
    item: newItemField,
    /** An empty id is an unset one. */
    previous_item_id: z.union([idField, z.literal('')]).nullish(),
  }),
  ({ item, previous_item_id }, eventId) => ({
    type: 'conversation.item.create',
    eventId,
    ...presentKeys({ item, previousItemId: previous_item_id || undefined }),
  }),
);

function itemIdReader(type: 'conversation.item.retrieve' | 'conversation.item.delete'): Reader {
  return schemaReader(z.object({ item_id: idField }), ({ item_id }, eventId) => ({
    type,
    eventId,
    itemId: item_id,
  }));
}

const readTruncate = schemaReader(
  z.object({ item_id: idField, content_index: z.int().min(0), audio_end_ms: z.int().min(0) }),
  (wire, eventId) => ({
    type: 'conversation.item.truncate',
    eventId,
    itemId: wire.item_id,
    contentIndex: wire.content_index,
    audioEndMs: wire.audio_end_ms,
  }),
);

const readResponseCreate = schemaReader(
  z.object({ response: responseField }),
  ({ response }, eventId) => ({ type: 'response.create', eventId, response }),
);

const readResponseCancel = schemaReader(
  z.object({ response_id: z.union([idField, z.literal('')]).nullish() }),
  ({ response_id }, eventId) => ({
    type: 'response.cancel',
    eventId,
    ...presentKeys({ responseId: response_id || undefined }),
  }),
);

const readDtmf = schemaReader(z.object({ digit: z.enum(KEYPAD_DIGITS) }), ({ digit }, eventId) => ({
  type: 'antiphon.dtmf',
  eventId,
  digit,
}));

/** How each client event is read, by its type. A map, so that no inherited name is a type. */
export const eventReaders: ReadonlyMap<string, Reader> = new Map<ClientEvent['type'], Reader>([
  ['session.update', sessionReader('session.update')],
  ['transcription_session.update', sessionReader('transcription_session.update')],
  ['input_audio_buffer.append', readAppend],
  ['input_audio_buffer.commit', bareReader('input_audio_buffer.commit')],
  ['input_audio_buffer.clear', bareReader('input_audio_buffer.clear')],
  ['output_audio_buffer.clear', bareReader('output_audio_buffer.clear')],
  ['conversation.item.create', readItemCreate],
  ['conversation.item.retrieve', itemIdReader('conversation.item.retrieve')],
  ['conversation.item.delete', itemIdReader('conversation.item.delete')],
  ['conversation.item.truncate', readTruncate],
  ['response.create', readResponseCreate],
  ['response.cancel', readResponseCancel],
  ['antiphon.dtmf', readDtmf],
]);
