import type { Dialect } from '../dialect.ts';
import {
  betaCreatedItem,
  betaItem,
  betaResponseObject,
  betaSessionObject,
} from './beta-objects.ts';
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

function encodeBeta(event: ServerEvent): string | null {
  switch (event.type) {
    case 'session.created':
    case 'session.updated': {
      const prefix = event.session.type === 'transcription' ? 'transcription_' : '';
      const session = betaSessionObject(event.session);
      return JSON.stringify({ ...event, type: `${prefix}${event.type}`, session });
    }
    case 'conversation.item.added': {
      const item = betaCreatedItem(event.item);
      return JSON.stringify({ ...event, type: 'conversation.item.created', item });
    }
    case 'conversation.item.retrieved':
    case 'response.output_item.added':
    case 'response.output_item.done':
      return JSON.stringify({ ...event, item: betaItem(event.item) });
    case 'response.created':
    case 'response.done':
      return JSON.stringify({ ...event, response: betaResponseObject(event.response) });
    case 'response.output_audio.done':
    case 'response.output_audio_transcript.delta':
    case 'response.output_audio_transcript.done':
    case 'response.output_text.delta':
    case 'response.output_text.done':
      return JSON.stringify({ ...event, type: event.type.replace('.output_', '.') });
    case 'conversation.item.done':
    case 'conversation.item.input_audio_transcription.segment':
    case 'input_audio_buffer.timeout_triggered':
      return null;
    default:
      return JSON.stringify(event);
  }
}

/**
 * The text frame that says the event in the dialect, or null when the dialect has no such event:
 * beta announces an item once, with conversation.item.created in place of added and done, and
 * knows neither diarized segments nor the idle timeout.
 */
export function encodeServerEvent(event: ServerEvent, dialect: Dialect): string | null {
  if (event.type === 'response.output_audio.delta') return encodeAudioDelta(event, dialect);
  return dialect === 'ga' ? encodeGa(event) : encodeBeta(event);
}
