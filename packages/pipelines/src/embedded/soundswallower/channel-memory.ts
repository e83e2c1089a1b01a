import type { ChannelMean } from './channel-mean.ts';

/** Remembers the channels of callers by session; who called longest ago is forgotten first. */
export class ChannelMemory {
  readonly #maxSessions: number;
  readonly #channels = new Map<string, ChannelMean>();

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  get(sessionId: string): ChannelMean | undefined {
    return this.#channels.get(sessionId);
  }

  put(sessionId: string, channel: ChannelMean): void {
    this.#channels.delete(sessionId);
    this.#channels.set(sessionId, channel);
    if (this.#channels.size <= this.#maxSessions) return;
    const [oldest] = this.#channels.keys();
    if (oldest !== undefined) this.#channels.delete(oldest);
  }
}
