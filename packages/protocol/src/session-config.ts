import type { AudioFormat } from './audio-format.ts';
import type { JsonObject } from './json-value.ts';

/** Transcription of the caller's audio; a missing member is left to the transcriber. */
export interface InputTranscription {
  model?: string;
  language?: string;
  prompt?: string;
}

/** Noise reduction before voice detection; strength as the client wrote it. */
export interface NoiseReduction {
  type: 'near_field' | 'far_field';
  strength?: number;
}

/** Turn detection by silence. Threshold is 0–1; idleTimeoutMs null means no idle prompt. */
export interface ServerVad {
  type: 'server_vad';
  threshold: number;
  prefixPaddingMs: number;
  silenceDurationMs: number;
  idleTimeoutMs: number | null;
  createResponse: boolean;
  interruptResponse: boolean;
}

/** Turn detection by meaning. Low, medium and high wait at most 8, 4 and 2 s; auto is medium. */
export interface SemanticVad {
  type: 'semantic_vad';
  eagerness: 'low' | 'medium' | 'high' | 'auto';
  createResponse: boolean;
  interruptResponse: boolean;
}

/** How a session finds the end of a turn. */
export type TurnDetection = ServerVad | SemanticVad;

/** Turn detection as a client asks for it: missing members take the session's defaults. */
export type TurnDetectionPatch =
  | (Pick<ServerVad, 'type'> & Partial<Omit<ServerVad, 'type'>>)
  | (Pick<SemanticVad, 'type'> & Partial<Omit<SemanticVad, 'type'>>);

/** Antiphon's own: how the session treats a tool's calls; absent members take its defaults. */
export interface ToolExtension {
  /** What the caller does before it runs: nothing, says yes to the read-back, or presses 1. */
  confirm?: 'none' | 'verbal' | 'dtmf';
  /** `{argument}` stands for a value; the part in brackets names the action. */
  readBack?: string;
  /** Silence before a cover. */
  coverAfterMs?: number;
  /** When the caller has waited for long. */
  deadlineMs?: number;
  /** When a call is given up. */
  timeoutMs?: number;
  /** Said while it runs, in turn; those of the agent where there are none. */
  covers?: string[];
}

/** A function the agent may call; parameters is a JSON schema. */
export interface FunctionTool {
  name: string;
  description?: string;
  parameters?: JsonObject;
  antiphon?: ToolExtension;
}

/** Which tool an answer uses: a mode, or one function by name. */
export type ToolChoice = 'auto' | 'none' | 'required' | { type: 'function'; name: string };

/** What a client may ask to be told beside what it is told anyway. */
export type Include = 'item.input_audio_transcription.logprobs';

/** Tracing as the client asks for it. */
export type Tracing = 'auto' | { workflowName?: string; groupId?: string; metadata?: JsonObject };

/** What happens when the conversation outgrows the model's context; retentionRatio is 0–1. */
export type Truncation =
  | 'auto'
  | 'disabled'
  | { type: 'retention_ratio'; retentionRatio: number; postInstructionsTokens?: number };

/** A stored prompt template to start from. */
export interface PromptReference {
  id: string;
  version?: string;
  variables?: JsonObject;
}

/** The whole configuration of a session, free of dialect. */
export interface SessionConfig {
  sessionType: 'realtime' | 'transcription';
  model: string;
  instructions: string;
  outputModality: 'audio' | 'text';
  voice: string;
  /** Speaking rate, 0.25–1.5. */
  speed: number;
  inputFormat: AudioFormat;
  outputFormat: AudioFormat;
  inputTranscription: InputTranscription | null;
  noiseReduction: NoiseReduction | null;
  turnDetection: TurnDetection | null;
  tools: FunctionTool[];
  toolChoice: ToolChoice;
  maxOutputTokens: number | 'inf';
  /** Sampling temperature; only the beta dialect shows it. */
  temperature: number;
  tracing: Tracing | null;
  truncation: Truncation;
  prompt: PromptReference | null;
  include: Include[] | null;
  parallelToolCalls: boolean | null;
  reasoning: { effort?: string } | null;
}

/**
 * What one session.update asks for. An absent member keeps what the session has; null switches
 * the member off where off exists (turn detection, transcription, …) and otherwise asks for the
 * default.
 */
export type SessionPatch = {
  [K in Exclude<keyof SessionConfig, 'turnDetection' | 'sessionType'>]?: SessionConfig[K] | null;
} & {
  sessionType?: SessionConfig['sessionType'];
  turnDetection?: TurnDetectionPatch | null;
  /** Antiphon's own: the caller's e-mail address on file. It is told and never shown. */
  contactEmail?: string;
};

/** A running session as session.created and session.updated show it; expiresAt is in seconds. */
export interface SessionState extends SessionConfig {
  id: string;
  expiresAt: number;
}
