import type { Dialect } from '../dialect.ts';
import { betaEvent } from './beta-event.ts';
import { encodeAudioDelta } from './encode-audio-delta.ts';
import { gaResponseObject, gaSessionObject } from './ga-objects.ts';
import type { ServerEvent } from './server-event.ts';

function encodeGa(event: ServerEvent): string {
  switch (event.type) {
    case 'session.created':
    case 'session.updated':
      return JSON.stringify({
        event_id: event.event_id,
        type: event.type,
        session: gaSessionObject(event.session),
      });
    case 'response.created':
    case 'response.done':
      return JSON.stringify({
        event_id: event.event_id,
        type: event.type,
        response: gaResponseObject(event.response),
      });
    default:
      return JSON.stringify(event);
  }
}

/** The text frame that says the event in the dialect, or null when the dialect has no such event. */
export function encodeServerEvent(event: ServerEvent, dialect: Dialect): string | null {
  if (event.type === 'response.output_audio.delta') return encodeAudioDelta(event, dialect);
  if (dialect === 'ga') return encodeGa(event);
  const beta = betaEvent(event);
  return beta && JSON.stringify(beta);
}
