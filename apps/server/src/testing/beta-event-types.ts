import type { RealtimeServerEvent } from 'openai/resources/beta/realtime/realtime';
import type { ToldEvent } from './told-events.ts';

/** The types of the events that the beta helpers of the `openai` package know. */
const BETA_EVENT_TYPES: ReadonlySet<string> = new Set(
  Object.keys({
    error: true,
    'conversation.created': true,
    'conversation.item.created': true,
    'conversation.item.deleted': true,
    'conversation.item.input_audio_transcription.completed': true,
    'conversation.item.input_audio_transcription.delta': true,
    'conversation.item.input_audio_transcription.failed': true,
    'conversation.item.retrieved': true,
    'conversation.item.truncated': true,
    'input_audio_buffer.cleared': true,
    'input_audio_buffer.committed': true,
    'input_audio_buffer.speech_started': true,
    'input_audio_buffer.speech_stopped': true,
    'output_audio_buffer.cleared': true,
    'output_audio_buffer.started': true,
    'output_audio_buffer.stopped': true,
    'rate_limits.updated': true,
    'response.audio.delta': true,
    'response.audio.done': true,
    'response.audio_transcript.delta': true,
    'response.audio_transcript.done': true,
    'response.content_part.added': true,
    'response.content_part.done': true,
    'response.created': true,
    'response.done': true,
    'response.function_call_arguments.delta': true,
    'response.function_call_arguments.done': true,
    'response.output_item.added': true,
    'response.output_item.done': true,
    'response.text.delta': true,
    'response.text.done': true,
    'session.created': true,
    'session.updated': true,
    'transcription_session.updated': true,
  } satisfies Record<RealtimeServerEvent['type'], true>),
);

/** The types, of these events, that a stock client of the beta dialect does not know. */
export function unknownToBetaClient(events: readonly ToldEvent[]): string[] {
  return events.map(({ type }) => type).filter((type) => !BETA_EVENT_TYPES.has(type));
}
