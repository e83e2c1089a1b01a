import type { ConversationEntry } from '../conversation.ts';

/**
 * Keeps what a session appended, in order, so that it can be started again after a crash. Called
 * by the runtime for each entry; a failure to write must not reach the session.
 */
export interface SessionLog {
  append(sessionId: string, entry: ConversationEntry): void;
  /** The entries of a session in the order of `append`; empty when unknown. */
  read(sessionId: string): Promise<readonly ConversationEntry[]>;
}
