import {
  betaCreatedItem,
  betaItem,
  betaRealtimeSession,
  betaResponseObject,
  betaTranscriptionSession,
} from './beta-objects.ts';
import type { ServerEvent, ServerEventOf } from './server-event.ts';

/**
 * The event as the beta dialect has it, or null when it has no such event: beta announces an item
 * once, with conversation.item.created in place of added and done, and knows neither diarized
 * segments nor the idle timeout. Audio deltas are written by encodeAudioDelta.
 */
export function betaEvent(event: Exclude<ServerEvent, { type: 'response.output_audio.delta' }>) {
  switch (event.type) {
    case 'session.created':
    case 'session.updated':
      return betaSessionEvent(event);
    case 'conversation.item.added':
      return {
        ...event,
        type: 'conversation.item.created' as const,
        item: betaCreatedItem(event.item),
      };
    case 'conversation.item.retrieved':
    case 'response.output_item.added':
    case 'response.output_item.done':
      return { ...event, item: betaItem(event.item) };
    case 'response.created':
    case 'response.done':
      return { ...event, response: betaResponseObject(event.response) };
    case 'response.output_audio.done':
      return { ...event, type: 'response.audio.done' as const };
    case 'response.output_audio_transcript.delta':
      return { ...event, type: 'response.audio_transcript.delta' as const };
    case 'response.output_audio_transcript.done':
      return { ...event, type: 'response.audio_transcript.done' as const };
    case 'response.output_text.delta':
      return { ...event, type: 'response.text.delta' as const };
    case 'response.output_text.done':
      return { ...event, type: 'response.text.done' as const };
    case 'conversation.item.done':
    case 'conversation.item.input_audio_transcription.segment':
    case 'input_audio_buffer.timeout_triggered':
      return null;
    default:
      return event;
  }
}

function betaSessionEvent(event: ServerEventOf<'session.created' | 'session.updated'>) {
  const { type, event_id, session } = event;
  return session.type === 'transcription'
    ? {
        type: `transcription_${type}` as const,
        event_id,
        session: betaTranscriptionSession(session),
      }
    : { type, event_id, session: betaRealtimeSession(session) };
}
