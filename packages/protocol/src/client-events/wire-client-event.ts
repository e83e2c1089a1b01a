import type { GaAudioFormat } from '../audio-format.ts';
import type { JsonObject } from '../json-value.ts';
import type { Include, InputTranscription, NoiseReduction, ToolChoice } from '../session-config.ts';
import type { KeypadDigit } from './client-event.ts';
import type { WireUserPart } from '../server-events/wire-item.ts';
import type { WireTool, WireTurnDetection } from '../server-events/wire-session.ts';

type PatchOf<T> = T extends { type: infer Type } ? { type: Type } & Partial<Omit<T, 'type'>> : T;

/** The session member of a session.update as a GA client sends it. */
export interface WireSessionUpdate {
  type: 'realtime' | 'transcription';
  instructions?: string;
  output_modalities?: ['audio'] | ['text'];
  tools?: WireTool[];
  tool_choice?: ToolChoice;
  max_output_tokens?: number | 'inf';
  tracing?: 'auto' | JsonObject | null;
  include?: Include[] | null;
  /** Our own: the caller's e-mail address on file. */
  antiphon?: { contactEmail?: string };
  audio?: {
    input?: {
      format?: GaAudioFormat;
      transcription?: InputTranscription | null;
      noise_reduction?: NoiseReduction | null;
      turn_detection?: PatchOf<WireTurnDetection> | null;
    };
    output?: { format?: GaAudioFormat; voice?: string; speed?: number };
  };
}

type NewUserPart =
  Exclude<WireUserPart, { type: 'input_audio' }> | { type: 'input_audio'; audio: string };

/** An item as a GA client sends it. */
export type WireNewItem = { id?: string } & (
  | { type: 'message'; role: 'user'; content: NewUserPart[] }
  | { type: 'message'; role: 'system'; content: { type: 'input_text'; text: string }[] }
  | { type: 'message'; role: 'assistant'; content: { type: 'output_text'; text: string }[] }
  | { type: 'function_call'; call_id?: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: string }
);

/** The response member of a response.create as a GA client sends it. */
export interface WireResponseCreate {
  conversation?: 'auto' | 'none';
  input?: (WireNewItem | { type: 'item_reference'; id: string })[];
  instructions?: string;
  output_modalities?: ['audio'] | ['text'];
  tools?: WireTool[];
  tool_choice?: ToolChoice;
  metadata?: Record<string, string>;
  max_output_tokens?: number | 'inf';
  audio?: { output?: { format?: GaAudioFormat; voice?: string } };
}

/** A client event as a GA client sends it. */
export type WireClientEvent = { event_id?: string } & (
  | { type: 'session.update'; session: WireSessionUpdate }
  | { type: 'input_audio_buffer.append'; /** Base64. */ audio: string }
  | { type: 'input_audio_buffer.commit' | 'input_audio_buffer.clear' }
  | { type: 'output_audio_buffer.clear' }
  | { type: 'conversation.item.create'; item: WireNewItem; previous_item_id?: string }
  | { type: 'conversation.item.retrieve' | 'conversation.item.delete'; item_id: string }
  | {
      type: 'conversation.item.truncate';
      item_id: string;
      content_index: number;
      audio_end_ms: number;
    }
  | { type: 'response.create'; response?: WireResponseCreate }
  | { type: 'response.cancel'; response_id?: string }
  | { type: 'antiphon.dtmf'; digit: KeypadDigit }
);
