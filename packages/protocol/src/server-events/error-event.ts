import type { ProtocolFault } from '../errors.ts';
import { newId } from '../ids.ts';
import type { ErrorEvent } from './server-event.ts';

/** An error event; eventId is the client's id of the event that failed, null when it gave none. */
export function errorEvent(fault: ProtocolFault & { eventId: string | null }): ErrorEvent {
  const { type, code, message, param, eventId } = fault;
  return {
    type: 'error',
    event_id: newId('event'),
    error: { type, code, message, param, event_id: eventId },
  };
}
