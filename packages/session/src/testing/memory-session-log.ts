import type { ConversationEntry } from '../conversation.ts';
import type { SessionLog } from '../ports/session-log.ts';

/** A log in memory, without bounds. */
export class MemorySessionLog implements SessionLog {
  readonly #sessions = new Map<string, ConversationEntry[]>();

  append(sessionId: string, entry: ConversationEntry): void {
    const entries = this.#sessions.get(sessionId) ?? [];
    entries.push(entry);
    this.#sessions.set(sessionId, entries);
  }

  read(sessionId: string): Promise<readonly ConversationEntry[]> {
    return Promise.resolve([...(this.#sessions.get(sessionId) ?? [])]);
  }
}
