import type { ConversationEntry, SessionLog } from '@antiphon/session';
import { StorageError } from './storage-error.ts';

/** As many as a process holds sessions; the one that was quiet for longest is forgotten first. */
const DEFAULT_MAX_SESSIONS = 4096;

/** An hour of talk with every word an entry of its own. */
const DEFAULT_MAX_ENTRIES = 20_000;

/** The bounds of a {@link MemorySessionLog}. */
export interface MemorySessionLogOptions {
  /** Sessions kept; 4096 unless given. */
  readonly maxSessions?: number;
  /** Entries kept of one session; 20,000 unless given. A session with more is forgotten. */
  readonly maxEntries?: number;
}

/** Keeps the entries of sessions in memory, for as long as the process lives. */
export class MemorySessionLog implements SessionLog {
  readonly #maxSessions: number;
  readonly #maxEntries: number;
  /** Ordered by the latest entry, oldest first; `null` for a session that outgrew its bound. */
  readonly #sessions = new Map<string, ConversationEntry[] | null>();

  /** Throws `invalid_argument` for a bound below 1. */
  constructor(options: MemorySessionLogOptions = {}) {
    this.#maxSessions = requireBound('maxSessions', options.maxSessions ?? DEFAULT_MAX_SESSIONS);
    this.#maxEntries = requireBound('maxEntries', options.maxEntries ?? DEFAULT_MAX_ENTRIES);
  }

  append(sessionId: string, entry: ConversationEntry): void {
    const known = this.#sessions.get(sessionId);
    // Without its beginning a conversation cannot be started again, so none of it is kept.
    const isFull = known === null || (known?.length ?? 0) >= this.#maxEntries;
    const entries = isFull ? null : (known ?? []);
    entries?.push(entry);
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, entries);
    if (this.#sessions.size <= this.#maxSessions) return;
    const [quietest] = this.#sessions.keys();
    if (quietest !== undefined) this.#sessions.delete(quietest);
  }

  read(sessionId: string): Promise<readonly ConversationEntry[]> {
    return Promise.resolve([...(this.#sessions.get(sessionId) ?? [])]);
  }
}

function requireBound(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new StorageError('invalid_argument', `${name} is ${value}; use a whole number from 1`);
}
