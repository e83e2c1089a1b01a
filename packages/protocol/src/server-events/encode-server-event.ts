import type { Dialect } from '../dialect.ts';
import { betaEvent } from './beta-event.ts';
import { encodeAudioDelta } from './encode-audio-delta.ts';
import type { ServerEvent } from './server-event.ts';

/** JSON.stringify leaves undefined members out. */
const LEFT_OUT = { temperature: undefined };

function encodeGa(event: ServerEvent): string {
  switch (event.type) {
    case 'session.created':
    case 'session.updated':
      return JSON.stringify({ ...event, session: { ...event.session, ...LEFT_OUT } });
    case 'response.created':
    case 'response.done':
      return JSON.stringify({ ...event, response: { ...event.response, ...LEFT_OUT } });
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
