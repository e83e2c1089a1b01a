import type {
  ConversationItem,
  MessageItem,
  ToolCallItem,
  ToolOutputItem,
} from './conversation-item.ts';
import type { AnswerOptions, SessionConfig } from './session-config.ts';
import type { EndReason, SessionEvent } from './session-event.ts';
import type { EngineEvent } from './voice-engine.ts';

/** Why a session did not do what it was asked; the session goes on. */
export type Rejection =
  | { readonly code: 'answerActive'; readonly generationId: string }
  | { readonly code: 'noAnswerActive' }
  | { readonly code: 'tooManyOutOfBand'; readonly max: number }
  | { readonly code: 'itemNotFound'; readonly itemId: string }
  | { readonly code: 'duplicateItem'; readonly itemId: string }
  | { readonly code: 'callNotFound'; readonly callId: string }
  | { readonly code: 'callAlreadyAnswered'; readonly callId: string }
  | { readonly code: 'notAgentAudio'; readonly itemId: string }
  | { readonly code: 'truncatedPastEnd'; readonly audioMs: number; readonly askedMs: number }
  | { readonly code: 'audioTooShort'; readonly audioMs: number; readonly leastMs: number }
  | { readonly code: 'conversationFull'; readonly maxItems: number }
  | { readonly code: 'ended' };

/** An item a client adds; the status is always `completed`. */
export type NewItem =
  Omit<MessageItem, 'status'> | Omit<ToolCallItem, 'status'> | Omit<ToolOutputItem, 'status'>;

/** What is told of an answer out of band, `generation.ended` last. */
export type OutOfBandEvent = Exclude<
  EngineEvent,
  {
    readonly type: 'transcript' | 'generation.mark' | 'generation.piece' | 'generation.edited';
  }
>;

/**
 * What may be asked of a session. Every call takes effect before it returns, and what follows
 * from it is told by events; a `Rejection` says that nothing was done.
 */
export interface SessionControl {
  readonly id: string;
  readonly config: SessionConfig;
  /** Caller audio taken in so far, in milliseconds. */
  readonly audioMs: number;
  /** The conversation as heard, oldest first. */
  items(): readonly ConversationItem[];
  item(itemId: string): ConversationItem | undefined;
  configure(patch: Partial<SessionConfig>): Rejection | null;
  /**
   * Tells which e-mail address of the caller is on file. One that cannot be read aloud, and any
   * once the caller has told or confirmed one, changes nothing.
   */
  setContact(email: string): Rejection | null;
  /** Says the configured greeting; the second call and a session without one do nothing. */
  greet(): void;
  /** Ends the caller's turn by hand and makes it an item; asks for no answer. */
  commitAudio(): Rejection | null;
  /** Forgets caller audio that was not committed. */
  clearAudio(): void;
  /** Adds an item after `previousItemId`; `null` is the front, absent the end. */
  addItem(item: NewItem, previousItemId?: string | null): Rejection | null;
  deleteItem(itemId: string): Rejection | null;
  /** Tells how much of an agent's item was heard. */
  truncateItem(itemId: string, audioEndMs: number): Rejection | null;
  requestAnswer(options: AnswerOptions): Rejection | null;
  /** Stops the answer being made; without an id, whichever it is. */
  cancelAnswer(generationId?: string): Rejection | null;
  /**
   * Makes an answer beside the conversation, which neither shows it nor waits for it, from
   * `options.context` or else from the conversation of this moment. It may call the tools that the
   * client runs. `answerId` is new and stands for the generation's id in what is told.
   */
  answerOutOfBand(
    answerId: string,
    options: AnswerOptions,
    onEvent: (event: OutOfBandEvent) => void,
  ): Rejection | null;
  /** Stops it; nothing more is told of it. */
  cancelOutOfBand(answerId: string): Rejection | null;
  /** Ends the session; nothing but `session.ended` follows. */
  end(reason: EndReason): void;
}

/**
 * A client's way into a session and the session's way to tell it. The runtime calls `attach` once
 * before the first event and `notify` for each event, in order, on the same thread. It leaves out
 * audio, which travels over the CallerLeg.
 */
export interface ControlChannel {
  attach(session: SessionControl): void;
  /** Must not throw, and must not call the session back before it returns. */
  notify(event: SessionEvent): void;
}
