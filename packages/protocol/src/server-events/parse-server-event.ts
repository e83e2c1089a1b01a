import { isJsonObject, type JsonObject } from '../json-value.ts';
import type { ServerEvent } from './server-event.ts';

type MemberKind = 'string' | 'number' | 'object' | 'array' | 'string?';
type Members = Readonly<Record<string, MemberKind>>;

const OUTPUT: Members = { response_id: 'string', item_id: 'string', output_index: 'number' };
const CONTENT: Members = { ...OUTPUT, content_index: 'number' };
const TRANSCRIBED: Members = { item_id: 'string', content_index: 'number' };
const OUTPUT_ITEM: Members = { response_id: 'string', output_index: 'number', item: 'object' };
const PLACED_ITEM: Members = { item: 'object', previous_item_id: 'string?' };

/** The members an event must have for its type to be believed. */
const REQUIRED_MEMBERS: Readonly<Record<ServerEvent['type'], Members>> = {
  error: { error: 'object' },
  'session.created': { session: 'object' },
  'session.updated': { session: 'object' },
  'input_audio_buffer.committed': { item_id: 'string', previous_item_id: 'string?' },
  'input_audio_buffer.cleared': {},
  'input_audio_buffer.speech_started': { audio_start_ms: 'number', item_id: 'string' },
  'input_audio_buffer.speech_stopped': { audio_end_ms: 'number', item_id: 'string' },
  'input_audio_buffer.timeout_triggered': {
    audio_start_ms: 'number',
    audio_end_ms: 'number',
    item_id: 'string',
  },
  'conversation.item.added': PLACED_ITEM,
  'conversation.item.done': PLACED_ITEM,
  'conversation.item.retrieved': { item: 'object' },
  'conversation.item.deleted': { item_id: 'string' },
  'conversation.item.truncated': { ...TRANSCRIBED, audio_end_ms: 'number' },
  'conversation.item.input_audio_transcription.delta': { ...TRANSCRIBED, delta: 'string' },
  'conversation.item.input_audio_transcription.completed': {
    ...TRANSCRIBED,
    transcript: 'string',
  },
  'conversation.item.input_audio_transcription.failed': { ...TRANSCRIBED, error: 'object' },
  'conversation.item.input_audio_transcription.segment': { ...TRANSCRIBED, text: 'string' },
  'response.created': { response: 'object' },
  'response.done': { response: 'object' },
  'response.output_item.added': OUTPUT_ITEM,
  'response.output_item.done': OUTPUT_ITEM,
  'response.content_part.added': { ...CONTENT, part: 'object' },
  'response.content_part.done': { ...CONTENT, part: 'object' },
  'response.output_audio.delta': { ...CONTENT, delta: 'string' },
  'response.output_audio.done': CONTENT,
  'response.output_audio_transcript.delta': { ...CONTENT, delta: 'string' },
  'response.output_audio_transcript.done': { ...CONTENT, transcript: 'string' },
  'response.output_text.delta': { ...CONTENT, delta: 'string' },
  'response.output_text.done': { ...CONTENT, text: 'string' },
  'response.function_call_arguments.delta': { ...OUTPUT, call_id: 'string', delta: 'string' },
  'response.function_call_arguments.done': { ...OUTPUT, call_id: 'string', arguments: 'string' },
  'rate_limits.updated': { rate_limits: 'array' },
  'output_audio_buffer.started': { response_id: 'string' },
  'output_audio_buffer.stopped': { response_id: 'string' },
  'output_audio_buffer.cleared': { response_id: 'string' },
  'antiphon.handoff': { slots: 'object', transcript_ref: 'object' },
};

/** A frame that is none of the events this package knows; wireType is null without a type. */
export interface UnknownServerEvent {
  type: 'unknown';
  wireType: string | null;
  /** The parsed JSON, or the text itself when it is no JSON. */
  raw: unknown;
  reason: string;
}

function isMember(value: unknown, kind: MemberKind): boolean {
  if (kind === 'string?') return value === undefined || value === null || typeof value === 'string';
  if (kind === 'array') return Array.isArray(value);
  return kind === 'object' ? isJsonObject(value) : typeof value === kind;
}

function isServerEventType(type: string): type is ServerEvent['type'] {
  return Object.hasOwn(REQUIRED_MEMBERS, type);
}

/** The first member that keeps the object from being an event of the type, or null. */
function wrongMember(type: ServerEvent['type'], raw: JsonObject): string | null {
  for (const [member, kind] of Object.entries(REQUIRED_MEMBERS[type])) {
    if (!isMember(raw[member], kind)) return member;
  }
  return null;
}

/**
 * Reads one text frame of a GA server, as a client. Never throws; tolerant: it looks only at the
 * members that make an event usable, keeps all others, and turns everything else into `unknown`.
 */
export function parseServerEvent(text: string): ServerEvent | UnknownServerEvent {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { type: 'unknown', wireType: null, raw: text, reason: 'the frame is not valid JSON' };
  }
  if (!isJsonObject(raw) || typeof raw['type'] !== 'string') {
    return { type: 'unknown', wireType: null, raw, reason: 'the event has no type' };
  }
  const wireType = raw['type'];
  if (!isServerEventType(wireType)) {
    return { type: 'unknown', wireType, raw, reason: 'the event type is not known' };
  }
  const member = wrongMember(wireType, raw);
  if (member !== null) {
    return { type: 'unknown', wireType, raw, reason: `'${member}' is missing or of a wrong type` };
  }
  return raw as unknown as ServerEvent;
}
