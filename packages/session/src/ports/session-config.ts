/** Ends a turn by silence; values and defaults follow the Realtime `server_vad`. */
export interface TurnDetection {
  readonly mode: 'vad';
  /** Speech probability above which a frame counts as speech, 0 to 1. */
  readonly threshold: number;
  /** Audio before the detected onset that still belongs to the turn. */
  readonly prefixPaddingMs: number;
  /** Silence that ends the turn. */
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
  /** `null` is push-to-talk: the client commits the audio and asks for answers. */
  readonly turnDetection: TurnDetection | null;
  /** Said at the start without being asked; `null` waits for the caller. */
  readonly greeting: string | null;
  /** Spoken while a tool runs longer than its `coverAfterMs`, in turn. */
  readonly covers: readonly string[];
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
  /** Echoed to the client unread. */
  readonly metadata?: Readonly<Record<string, string>> | null;
}
