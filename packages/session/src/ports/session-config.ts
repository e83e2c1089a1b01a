import type { ConversationItem } from './conversation-item.ts';

/** Where turns begin and end; values and defaults follow the Realtime `turn_detection`. */
export interface TurnDetection {
  /**
   * `vad` ends a turn by silence alone, as `server_vad` does. `semantic` asks the engine how likely
   * the words so far are a whole turn, and waits a shorter or longer silence accordingly.
   */
  readonly mode: 'vad' | 'semantic';
  /** Speech probability above which a frame counts as speech, 0 to 1. */
  readonly threshold: number;
  /** Audio before the detected onset that still belongs to the turn. */
  readonly prefixPaddingMs: number;
  /** Silence that ends the turn; in `semantic` mode the longest one, whatever the words are. */
  readonly silenceDurationMs: number;
  /** Whether a finished turn is answered without being asked. */
  readonly createsResponse: boolean;
  /** Whether caller speech stops the agent. */
  readonly interruptsResponse: boolean;
}

/** A tool as the engine sees it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments object. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /**
   * Who runs it: `server` through the ToolRunner, `client` over the control channel, `session`
   * for the handoff that the session itself carries out.
   */
  readonly runs: 'server' | 'client' | 'session';
  /** Silence allowed before a cover is spoken. */
  readonly coverAfterMs: number;
  /** When a call is given up, counted from its start. */
  readonly timeoutMs: number;
}

/** Which tools an answer may call: any, none, at least one, or the one named. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** What the session does unless an answer overrides it. All of it is plain JSON. */
export interface SessionConfig {
  readonly instructions: string;
  readonly voice: string;
  /** Speaking rate, 1 is the voice's own. */
  readonly speed: number;
  readonly modality: 'audio' | 'text';
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  /** A bound on one answer, or `null` for the engine's own. */
  readonly maxOutputTokens: number | null;
  /** How freely a model chooses its words, 0 to 2, or `null` for the engine's own. */
  readonly temperature: number | null;
  /** `null` is push-to-talk: the client commits the audio and asks for answers. */
  readonly turnDetection: TurnDetection | null;
  /** Said at the start without being asked; `null` waits for the caller. */
  readonly greeting: string | null;
  /** Spoken while a tool runs longer than its `coverAfterMs`, in turn. */
  readonly covers: readonly string[];
  /** Said, in turn, in pauses of a caller who tells a long story; empty for an agent that only listens. */
  readonly listeningNoises: readonly string[];
  /** How long a caller has spoken, and since the last such noise, before one is due. */
  readonly listeningAfterMs: number;
  /** Spoken when an engine fails. */
  readonly apology: string;
  /** Spoken before a handoff when the engine said nothing itself. */
  readonly farewell: string;
}

/** Overrides for one answer. */
export interface AnswerOptions {
  readonly instructions?: string;
  readonly modality?: 'audio' | 'text';
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly maxOutputTokens?: number | null;
  readonly temperature?: number | null;
  /** Read in place of the conversation, oldest first; an empty one is no context at all. */
  readonly context?: readonly ConversationItem[];
  /** Echoed to the client unread. */
  readonly metadata?: Readonly<Record<string, string>> | null;
}
