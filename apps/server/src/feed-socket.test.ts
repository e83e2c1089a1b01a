import type { FeedEvent } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { FeedSocket, MAX_UNREAD_BYTES } from './feed-socket.ts';

/** A WebSocket whose other side reads when the test says so. */
class Socket {
  readonly OPEN = 1;
  readyState: 1 | 2 = 1;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  closing: [number, string] | null = null;

  send(text: string): void {
    this.sent.push(text);
  }

  close(code: number, reason: string): void {
    this.readyState = 2;
    this.closing ??= [code, reason];
  }
}

const event: FeedEvent = {
  seq: 1,
  sessionId: 'sess_1',
  atMs: 1,
  type: 'fault',
  code: 'test',
  message: 'x',
};

describe('FeedSocket', () => {
  it('sends each event as JSON text and closes with the session', () => {
    const socket = new Socket();
    const watcher = new FeedSocket(socket);
    watcher.take(event);
    watcher.end();
    expect(socket.sent.map((text) => JSON.parse(text) as unknown)).toEqual([event]);
    expect(socket.closing).toEqual([1000, 'session ended']);
  });

  it('closes a watcher that is too far behind, with the reason, and sends it nothing more', () => {
    const socket = new Socket();
    const watcher = new FeedSocket(socket);
    socket.bufferedAmount = MAX_UNREAD_BYTES;
    watcher.take(event);
    expect(socket.sent).toHaveLength(1);
    socket.bufferedAmount = MAX_UNREAD_BYTES + 1;
    watcher.take(event);
    socket.bufferedAmount = 0;
    watcher.take(event);
    expect(socket.sent).toHaveLength(1);
    expect(socket.closing).toEqual([4408, 'The feed was not read fast enough.']);
  });
});
