import type { WireItem } from './wire-item.ts';
import type { ResponseObject } from './wire-response.ts';
import type { SessionObject } from './wire-session.ts';

/** The answer to an event that cannot be carried out; the session goes on. */
export interface ErrorEvent {
  type: 'error';
  event_id: string;
  error: {
    type: string;
    code: string | null;
    message: string;
    param: string | null;
    /** The client's id of the event that failed. */
    event_id: string | null;
  };
}

/** Cost of a transcription: in tokens, or in seconds of audio. */
export type TranscriptionUsage =
  | {
      type: 'tokens';
      total_tokens: number;
      input_tokens: number;
      input_token_details: { text_tokens: number; audio_tokens: number };
      output_tokens: number;
    }
  | { type: 'duration'; seconds: number };

/** A part as response.content_part.* carries it: `audio` and `text` in both dialects. */
type ResponseContentPart = { type: 'audio'; transcript: string } | { type: 'text'; text: string };

/** One entry of rate_limits.updated. */
export interface RateLimit {
  name: 'requests' | 'tokens';
  limit: number;
  remaining: number;
  reset_seconds: number;
}

/** Where in a response something belongs. */
export interface OutputPosition {
  response_id: string;
  item_id: string;
  output_index: number;
}

/** Where in a response's item a content part belongs. */
export interface ContentPosition extends OutputPosition {
  content_index: number;
}

interface ItemPosition {
  item: WireItem;
  /** Null means the first item of the conversation. */
  previous_item_id: string | null;
}

/** Which part of which item a transcription is of. */
export interface TranscribedPart {
  item_id: string;
  content_index: number;
}

type SessionEventBody = {
  type: 'session.created' | 'session.updated';
  session: SessionObject;
};

/** Millisecond members are offsets into all audio appended in the session. */
type InputBufferEventBody =
  | { type: 'input_audio_buffer.committed'; item_id: string; previous_item_id: string | null }
  | { type: 'input_audio_buffer.cleared' }
  | { type: 'input_audio_buffer.speech_started'; audio_start_ms: number; item_id: string }
  | { type: 'input_audio_buffer.speech_stopped'; audio_end_ms: number; item_id: string }
  | {
      type: 'input_audio_buffer.timeout_triggered';
      audio_start_ms: number;
      audio_end_ms: number;
      item_id: string;
    };

type ConversationEventBody =
  | ({ type: 'conversation.item.added' | 'conversation.item.done' } & ItemPosition)
  | { type: 'conversation.item.retrieved'; item: WireItem }
  | { type: 'conversation.item.deleted'; item_id: string }
  | {
      type: 'conversation.item.truncated';
      item_id: string;
      content_index: number;
      audio_end_ms: number;
    }
  | ({
      type: 'conversation.item.input_audio_transcription.delta';
      delta: string;
    } & TranscribedPart)
  | ({
      type: 'conversation.item.input_audio_transcription.completed';
      transcript: string;
      usage: TranscriptionUsage;
    } & TranscribedPart)
  | ({
      type: 'conversation.item.input_audio_transcription.failed';
      /** A null member here makes some clients drop the event: leave it out instead. */
      error: { type: string; code: string; message: string; param?: string };
    } & TranscribedPart)
  | ({
      type: 'conversation.item.input_audio_transcription.segment';
      id: string;
      text: string;
      speaker: string;
      /** In seconds. */
      start: number;
      end: number;
    } & TranscribedPart);

type ResponseEventBody =
  | { type: 'response.created' | 'response.done'; response: ResponseObject }
  | {
      type: 'response.output_item.added' | 'response.output_item.done';
      response_id: string;
      output_index: number;
      item: WireItem;
    }
  | ({
      type: 'response.content_part.added' | 'response.content_part.done';
      part: ResponseContentPart;
    } & ContentPosition)
  /** Delta is base64; for PCM16 an even number of bytes. */
  | ({ type: 'response.output_audio.delta'; delta: string } & ContentPosition)
  | ({ type: 'response.output_audio.done' } & ContentPosition)
  | ({ type: 'response.output_audio_transcript.delta'; delta: string } & ContentPosition)
  | ({ type: 'response.output_audio_transcript.done'; transcript: string } & ContentPosition)
  | ({ type: 'response.output_text.delta'; delta: string } & ContentPosition)
  | ({ type: 'response.output_text.done'; text: string } & ContentPosition)
  | ({
      type: 'response.function_call_arguments.delta';
      call_id: string;
      delta: string;
    } & OutputPosition)
  | ({
      type: 'response.function_call_arguments.done';
      call_id: string;
      name: string;
      arguments: string;
    } & OutputPosition);

type OtherEventBody =
  | { type: 'rate_limits.updated'; rate_limits: RateLimit[] }
  /** Playback events of WebRTC and SIP; WebSocket clients do not expect them. */
  | {
      type:
        | 'output_audio_buffer.started'
        | 'output_audio_buffer.stopped'
        | 'output_audio_buffer.cleared';
      response_id: string;
    }
  /** Antiphon's own, for clients that ask for it: the caller is passed on to a person. */
  | {
      type: 'antiphon.handoff';
      reason: string | null;
      summary: string | null;
      slots: Record<string, string | number | boolean>;
      transcript_ref: {
        session_id: string;
        /** Paths of the server, good once the session has ended; null where nothing is kept. */
        events: string | null;
        recording: string | null;
      };
    };

/** A server event before it has its event_id. */
export type ServerEventBody =
  | SessionEventBody
  | InputBufferEventBody
  | ConversationEventBody
  | ResponseEventBody
  | OtherEventBody;

/**
 * A server event in GA terms; encodeServerEvent writes it in the dialect of a connection.
 * @see https://platform.openai.com/docs/api-reference/realtime-server-events
 */
export type ServerEvent = (ServerEventBody & { event_id: string }) | ErrorEvent;

/** One kind of server event. */
export type ServerEventOf<Type extends ServerEvent['type']> = ServerEvent & { type: Type };
