/** Who speaks a message. */
export type Speaker = 'caller' | 'agent' | 'system';

/**
 * `inProgress` while it is being spoken, `completed` when all of it was, `incomplete` when it was
 * cut.
 */
export type ItemStatus = 'inProgress' | 'completed' | 'incomplete';

/** How a message came: typed, heard or spoken. */
export type Medium = 'text' | 'audio';

/** One side's words. */
export interface MessageItem {
  readonly kind: 'message';
  readonly id: string;
  readonly speaker: Speaker;
  readonly medium: Medium;
  readonly status: ItemStatus;
  /**
   * A typed text; what the recogniser heard, `null` until it has; or what the agent said. Of an
   * agent's audio message that was cut, only the words that were played.
   */
  readonly text: string | null;
  /** Audio length in milliseconds: spoken by the caller, or played of the agent's. */
  readonly audioMs: number;
  /**
   * It belongs to a question of the session's own, such as whether to send an e-mail, and the
   * caller's yes or no to it: a model may read it, and has nothing to answer in it.
   */
  readonly isAside?: boolean;
}

/** The agent asks for a tool. `arguments` is JSON text as the engine wrote it, never empty. */
export interface ToolCallItem {
  readonly kind: 'toolCall';
  readonly id: string;
  readonly status: ItemStatus;
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** What a tool answered, as text. */
export interface ToolOutputItem {
  readonly kind: 'toolOutput';
  readonly id: string;
  readonly status: ItemStatus;
  readonly callId: string;
  readonly output: string;
}

/** An entry of the conversation. */
export type ConversationItem = MessageItem | ToolCallItem | ToolOutputItem;
