import type { Dialect } from '../dialect.ts';
import type { ServerEventOf } from './server-event.ts';

/** Openings up to the value of event_id. */
const OPENING: Record<Dialect, string> = {
  ga: '{"type":"response.output_audio.delta","event_id":',
  beta: '{"type":"response.audio.delta","event_id":',
};

/**
 * The text frame of one audio delta. `delta` is base64 and stands in the text as it is; a
 * stringify of the whole event would search it for characters to escape, four times slower.
 */
export function encodeAudioDelta(
  event: ServerEventOf<'response.output_audio.delta'>,
  dialect: Dialect,
): string {
  return `${OPENING[dialect]}${JSON.stringify(event.event_id)},"response_id":${JSON.stringify(
    event.response_id,
  )},"item_id":${JSON.stringify(event.item_id)},"output_index":${event.output_index},"content_index":${
    event.content_index
  },"delta":"${event.delta}"}`;
}
