import type { FeedEvent } from '@antiphon/observability';
import type { WebSocket } from 'ws';
import type { FeedWatcher } from './session-feed.ts';

/** All that a feed keeps, at its largest, fits; a watcher with more unread text is stalled. */
export const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

const ENDED = { code: 1000, reason: 'session ended' };
const TOO_SLOW = { code: 4408, reason: 'The feed was not read fast enough.' };

/** Passes a feed on to a WebSocket, which is closed when it does not keep up. */
export class FeedSocket implements FeedWatcher {
  readonly #socket: WatchingSocket;

  constructor(socket: WatchingSocket) {
    this.#socket = socket;
  }

  take(event: FeedEvent): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.close(TOO_SLOW.code, TOO_SLOW.reason);
    else socket.send(JSON.stringify(event));
  }

  end(): void {
    this.#socket.close(ENDED.code, ENDED.reason);
  }
}

/** As much of a WebSocket as a feed uses. */
type WatchingSocket = Pick<WebSocket, 'readyState' | 'OPEN' | 'bufferedAmount'> & {
  send(text: string): void;
  close(code: number, reason: string): void;
};
