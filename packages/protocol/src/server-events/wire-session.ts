import type { GaAudioFormat } from '../audio-format.ts';
import type { JsonObject } from '../json-value.ts';
import type {
  Include,
  InputTranscription,
  NoiseReduction,
  ToolChoice,
  ToolExtension,
} from '../session-config.ts';

/** Turn detection as a session object shows it: always with every member of its type. */
export type WireTurnDetection =
  | {
      type: 'server_vad';
      threshold: number;
      prefix_padding_ms: number;
      silence_duration_ms: number;
      idle_timeout_ms: number | null;
      create_response: boolean;
      interrupt_response: boolean;
    }
  | {
      type: 'semantic_vad';
      eagerness: 'low' | 'medium' | 'high' | 'auto';
      create_response: boolean;
      interrupt_response: boolean;
    };

/** A tool as a session object shows it. */
export interface WireTool {
  type: 'function';
  name: string;
  description?: string;
  parameters?: JsonObject;
  /** Only where the client sent it. */
  antiphon?: ToolExtension;
}

/** Tracing settings as a session object shows them. */
export interface WireTracing {
  workflow_name?: string;
  group_id?: string;
  metadata?: JsonObject;
}

/** Truncation by ratio as a session object shows it. */
interface WireRetentionRatio {
  type: 'retention_ratio';
  retention_ratio: number;
  token_limits?: { post_instructions: number };
}

/** A stored prompt as a session object shows it. */
export interface WirePrompt {
  id: string;
  version?: string;
  variables?: JsonObject;
}

/** The input side of a session's audio. */
export interface WireAudioInput {
  format: GaAudioFormat;
  transcription: InputTranscription | null;
  noise_reduction: NoiseReduction | null;
  turn_detection: WireTurnDetection | null;
}

/** The session object of a conversation, in the GA dialect; always complete. */
interface RealtimeSessionObject {
  type: 'realtime';
  object: 'realtime.session';
  id: string;
  model: string;
  output_modalities: ['audio'] | ['text'];
  instructions: string;
  tools: WireTool[];
  tool_choice: ToolChoice;
  max_output_tokens: number | 'inf';
  tracing: 'auto' | WireTracing | null;
  truncation: 'auto' | 'disabled' | WireRetentionRatio;
  prompt: WirePrompt | null;
  /** In seconds since 1970. */
  expires_at: number;
  audio: {
    input: WireAudioInput;
    output: { format: GaAudioFormat; voice: string; speed: number };
  };
  include: Include[] | null;
  parallel_tool_calls?: boolean;
  reasoning?: { effort?: string };
  /** Only the beta dialect shows it; the GA encoder leaves it out. */
  temperature: number;
}

/** The session object of a transcription-only session, in the GA dialect. */
interface TranscriptionSessionObject {
  type: 'transcription';
  object: 'realtime.transcription_session';
  id: string;
  audio: { input: WireAudioInput };
  include: Include[] | null;
  expires_at: number;
}

/** The session object of either kind of session. */
export type SessionObject = RealtimeSessionObject | TranscriptionSessionObject;
