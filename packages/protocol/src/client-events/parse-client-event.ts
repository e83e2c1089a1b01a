import type { Dialect } from '../dialect.ts';
import { protocolErrors, type ProtocolFault } from '../errors.ts';
import { isJsonObject, jsonKind, type JsonObject } from '../json-value.ts';
import { errorEvent } from '../server-events/error-event.ts';
import type { ErrorEvent } from '../server-events/server-event.ts';
import type { ClientEvent } from './client-event.ts';
import { eventReaders, type EventReading } from './event-readers.ts';

/** Longest event_id a client may give, in characters, as the API documents it. */
const MAX_EVENT_ID_CHARACTERS = 512;

/** A client's text frame read: the event, or the error event to answer it with. */
export type ParsedClientEvent = { ok: true; event: ClientEvent } | { ok: false; error: ErrorEvent };

function faultOfEventId(eventId: unknown): ProtocolFault | null {
  if (eventId === undefined || eventId === null) return null;
  if (typeof eventId !== 'string') {
    return protocolErrors.invalidType({
      param: 'event_id',
      expected: 'a string',
      received: jsonKind(eventId),
    });
  }
  if (eventId.length <= MAX_EVENT_ID_CHARACTERS) return null;
  const reason = `expected at most ${MAX_EVENT_ID_CHARACTERS} characters, but got ${eventId.length}`;
  return protocolErrors.invalidValue({ param: 'event_id', reason });
}

function readEvent(raw: JsonObject, eventId: string | null, dialect: Dialect): EventReading {
  const type = raw['type'];
  if (typeof type !== 'string') {
    const fault =
      type === undefined
        ? protocolErrors.missingEventType()
        : protocolErrors.invalidType({
            param: 'type',
            expected: 'a string',
            received: jsonKind(type),
          });
    return { ok: false, fault };
  }
  const reader = eventReaders.get(type);
  if (reader === undefined) {
    const supported = [...eventReaders.keys()];
    return {
      ok: false,
      fault: protocolErrors.unsupportedValue({ param: 'type', value: type, supported }),
    };
  }
  return reader({ raw, eventId, dialect });
}

/**
 * Reads one text frame of a client. Never throws: whatever is wrong comes back as a finished
 * `error` event that echoes the client's event_id (null when it gave none, or no string of at
 * most 512 characters). Audio stays base64 and is known to decode.
 */
export function parseClientEvent(text: string, dialect: Dialect): ParsedClientEvent {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { ok: false, error: errorEvent({ ...protocolErrors.notJson(), eventId: null }) };
  }
  if (!isJsonObject(raw)) {
    return { ok: false, error: errorEvent({ ...protocolErrors.notAnObject(), eventId: null }) };
  }
  const eventIdFault = faultOfEventId(raw['event_id']);
  if (eventIdFault !== null) {
    return { ok: false, error: errorEvent({ ...eventIdFault, eventId: null }) };
  }
  const eventId = typeof raw['event_id'] === 'string' ? raw['event_id'] : null;
  const reading = readEvent(raw, eventId, dialect);
  if (reading.ok) return reading;
  return { ok: false, error: errorEvent({ ...reading.fault, eventId }) };
}
