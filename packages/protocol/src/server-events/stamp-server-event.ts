import { newId } from '../ids.ts';
import type { ServerEvent, ServerEventBody } from './server-event.ts';

/** The event with a fresh event_id. */
export function stampServerEvent(body: ServerEventBody): ServerEvent {
  return { event_id: newId('event'), ...body };
}
