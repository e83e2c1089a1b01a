import type { GaAudioFormat } from '../audio-format.ts';
import type { WireItem } from './wire-item.ts';

/** Tokens a response used; every member is always present. */
export interface WireUsage {
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  input_token_details: {
    text_tokens: number;
    audio_tokens: number;
    image_tokens: number;
    cached_tokens: number;
    cached_tokens_details: { text_tokens: number; audio_tokens: number; image_tokens: number };
  };
  output_token_details: { text_tokens: number; audio_tokens: number };
}

/** Why a response ended other than by being complete. */
export type ResponseStatusDetails =
  | { type: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }
  | { type: 'incomplete'; reason: 'max_output_tokens' | 'content_filter' }
  | { type: 'failed'; error: { type: string; code: string | null; message: string } };

/** How far a response has come, or how it ended. */
export type ResponseStatus = 'in_progress' | 'completed' | 'cancelled' | 'incomplete' | 'failed';

/** A response as events carry it, in the GA dialect. */
export interface ResponseObject {
  object: 'realtime.response';
  id: string;
  status: ResponseStatus;
  status_details: ResponseStatusDetails | null;
  output: WireItem[];
  /** Null for a response out of band. */
  conversation_id: string | null;
  output_modalities: ['audio'] | ['text'];
  max_output_tokens: number | 'inf';
  audio: { output: { format: GaAudioFormat; voice: string } };
  /** Null while in progress, complete afterwards. */
  usage: WireUsage | null;
  metadata: Record<string, string> | null;
  /** Only the beta dialect shows it; the GA encoder leaves it out. */
  temperature: number;
}
