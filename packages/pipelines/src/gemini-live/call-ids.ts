import { randomUUID } from 'node:crypto';
import type { ServerMessage, WireCall } from './server-message.ts';

/**
 * The ids of a session's calls. A connection knows nothing of the calls of others, and may give ids
 * that were there before: those, and calls without one, get an id of ours.
 */
export class CallIds {
  readonly #given = new Set<string>();
  /** What the connection calls them, by our id, where that is something else. */
  readonly #theirs = new Map<string, string>();
  /** Our latest id of each of theirs, where that is something else. */
  readonly #ours = new Map<string, string>();

  /** The message with our ids. */
  ours(message: ServerMessage): ServerMessage {
    const { calls, cancelledCalls } = message;
    if (calls.length === 0 && cancelledCalls.length === 0) return message;
    return {
      ...message,
      calls: calls.map((call) => this.#named(call)),
      cancelledCalls: cancelledCalls.map((id) => this.#ours.get(id) ?? id),
    };
  }

  /** What the connection that made a call knows it as. */
  theirs(id: string): string {
    return this.#theirs.get(id) ?? id;
  }

  #named(call: WireCall): WireCall {
    const { id } = call;
    if (id !== null && !this.#given.has(id)) {
      this.#given.add(id);
      return call;
    }
    const ours = `call_${randomUUID()}`;
    if (id !== null) {
      this.#theirs.set(ours, id);
      this.#ours.set(id, ours);
    }
    return { ...call, id: ours };
  }
}
