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

/** An answer that is sent by e-mail; `{result.field}` and `{argument}` stand for values. */
export interface FollowUpTemplate {
  readonly subject: string;
  readonly body: string;
}

/** A tool: what the engine sees of it, and how the session treats its calls. */
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
  /** Where the server runs it: in the process of the session, or on a worker. */
  readonly run: 'inline' | 'queued';
  /**
   * What running it twice does: nothing (`none`), the same as once (`idempotent`), or harm
   * (`at_most_once`, which is never tried again).
   */
  readonly effect: 'none' | 'idempotent' | 'at_most_once';
  /** What the caller does before it runs: nothing, says yes to the read-back, or presses 1. */
  readonly confirm: 'none' | 'verbal' | 'dtmf';
  /**
   * Said before a call that needs consent; `{argument}` stands for a value, and the part in
   * brackets names the action and its key detail: `[Cancel order {order_id}]. Shall I?`
   */
  readonly readBack: string | null;
  /** Silence allowed before a cover is spoken. */
  readonly coverAfterMs: number;
  /** Said while it runs, in turn; empty for those of the agent. */
  readonly covers: readonly string[];
  /** When the caller is offered the answer by e-mail, counted from the start of the call. */
  readonly deadlineMs: number;
  /** When a call is given up, counted from its start. */
  readonly timeoutMs: number;
  /** The e-mail that brings the answer; without it none is offered. */
  readonly followUp: FollowUpTemplate | null;
  /** The field of its result that holds the caller's e-mail address on file. */
  readonly contactField: string | null;
}

/** A tool that runs at once, in the session's process, and that is never run twice. */
export const PLAIN_TOOL = {
  run: 'inline',
  effect: 'at_most_once',
  confirm: 'none',
  readBack: null,
  coverAfterMs: 500,
  covers: [],
  deadlineMs: 8_000,
  timeoutMs: 60_000,
  followUp: null,
  contactField: null,
} as const satisfies Partial<ToolDefinition>;

/** What the session itself says around its tools. */
export interface ToolPhrases {
  /** Said, in turn, whenever the wait would become silent for two seconds. */
  readonly progress: readonly string[];
  /** Asked when a call reaches its deadline. */
  readonly offer: string;
  /** Asked before an e-mail is promised; `{address}` stands for the address as it is said. */
  readonly addressCheck: string;
  /** Asked when no address is on file, or another one is wanted. */
  readonly addressAsk: string;
  /** Said when the offer was declined. */
  readonly staying: string;
  /** Said when it was accepted and the e-mail cannot be promised. */
  readonly emailFailed: string;
}

/** Each is over within a second, and none promises anything but the offer. */
export const DEFAULT_TOOL_PHRASES: ToolPhrases = {
  progress: ['Still checking.', 'Almost there.', 'Still on it.'],
  offer: 'This is taking longer than it should. Shall I email you the answer?',
  addressCheck: 'I have {address}. Is that right?',
  addressAsk: 'Which email address should I use?',
  staying: "All right, I'll stay on it.",
  emailFailed: "I can't send emails just now, so I'll stay on it.",
};

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
  /** How long an answer may be in coming before one of them is spoken; never unless given. */
  readonly answerCoverAfterMs?: number | undefined;
  readonly toolPhrases: ToolPhrases;
  /** Whether numbers typed on the keypad are kept from the conversation, events and logs. */
  readonly keypad: 'open' | 'secure';
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
