import { beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleMessage, FeedEvent } from '@antiphon/observability';
import { sampleEvents, sampleRow } from '../testing/sample-sessions.ts';
import { FeedClient } from './feed-client.ts';
import type { SessionListener, SocketListener } from './feed-client.ts';

/** One connection that the client made. */
class FakeSocket {
  readonly sent: unknown[] = [];
  isClosed = false;
  readonly listener: SocketListener;

  constructor(listener: SocketListener) {
    this.listener = listener;
  }

  send = (text: string): void => void this.sent.push(JSON.parse(text));

  close = (): void => {
    this.isClosed = true;
    this.listener.closed();
  };

  tell(message: ConsoleMessage): void {
    this.listener.told(JSON.stringify(message));
  }
}

class Heard implements SessionListener {
  readonly seqs: number[] = [];
  readonly turns: string[] = [];
  event = ({ seq }: FeedEvent): void => void this.seqs.push(seq);
  gap = (): void => void this.turns.push('gap');
  ended = (): void => void this.turns.push('ended');
  failed = (message: string): void => void this.turns.push(message);
}

const events = sampleEvents('s1', 0, [
  { type: 'session.started', agent: 'greeter' },
  { type: 'session.ended', reason: 'done' },
]);

describe('the feed of a page', () => {
  let sockets: FakeSocket[];
  let due: { call: () => void; delayMs: number } | null;
  let refusals: number;
  let feed: FeedClient;

  const socket = (): FakeSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error('nothing was connected');
    return last;
  };
  const tellEvent = (seq: number): void => {
    const event = events[seq - 1];
    if (event !== undefined) socket().tell({ type: 'session', event });
  };

  beforeEach(() => {
    sockets = [];
    due = null;
    refusals = 0;
    feed = new FeedClient({
      connect: (listener) => {
        const made = new FakeSocket(listener);
        sockets.push(made);
        return made;
      },
      later: (call, delayMs) => {
        due = { call, delayMs };
        return () => (due = null);
      },
      random: () => 1,
      refused: () => (refusals += 1),
    });
  });

  it('connects for the first who watches, and asks for everything watched once it is open', () => {
    expect(feed.status()).toBe('idle');
    feed.watchSessions(() => {});
    feed.watchSession('s1', new Heard(), 7);
    expect(sockets).toHaveLength(1);
    expect(feed.status()).toBe('connecting');
    socket().listener.opened();
    expect(feed.status()).toBe('open');
    expect(socket().sent).toEqual([
      { type: 'watch.sessions' },
      { type: 'watch.session', sessionId: 's1', after: 7 },
    ]);
  });

  it('asks at once for what is watched while it is open', () => {
    feed.watchSessions(() => {});
    socket().listener.opened();
    feed.watchSession('s1', new Heard());
    expect(socket().sent.at(-1)).toEqual({ type: 'watch.session', sessionId: 's1' });
  });

  it('comes back after a while and resumes each session after the last event told', () => {
    const heard = new Heard();
    feed.watchSession('s1', heard);
    socket().listener.opened();
    tellEvent(1);
    socket().listener.closed();
    expect(feed.status()).toBe('waiting');
    expect(due?.delayMs).toBe(500);
    due?.call();
    expect(sockets).toHaveLength(2);
    socket().listener.opened();
    expect(socket().sent).toEqual([{ type: 'watch.session', sessionId: 's1', after: 1 }]);
    tellEvent(2);
    expect(heard.seqs).toEqual([1, 2]);
    expect(refusals).toBe(0);
  });

  it('waits longer with every failure in a row, says that it was refused, and starts over once open', () => {
    feed.watchSessions(() => {});
    const delays: (number | undefined)[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      socket().listener.closed();
      delays.push(due?.delayMs);
      due?.call();
    }
    expect(delays).toEqual([500, 1000, 2000]);
    expect(refusals).toBe(3);
    socket().listener.opened();
    socket().listener.closed();
    expect(due?.delayMs).toBe(500);
  });

  it('tries at once when it is told to', () => {
    feed.watchSessions(() => {});
    socket().listener.closed();
    feed.retry();
    expect(sockets).toHaveLength(2);
    expect(due).toBeNull();
    feed.retry();
    expect(sockets).toHaveLength(2);
  });

  it('tells all who watch a session, and asks no more when the last of them leaves', () => {
    const first = new Heard();
    const second = new Heard();
    feed.watchSessions(() => {});
    socket().listener.opened();
    const leaveFirst = feed.watchSession('s1', first);
    const leaveSecond = feed.watchSession('s1', second);
    tellEvent(1);
    expect([first.seqs, second.seqs]).toEqual([[1], [1]]);
    leaveFirst();
    tellEvent(2);
    expect([first.seqs, second.seqs]).toEqual([[1], [1, 2]]);
    expect(socket().sent).not.toContainEqual({ type: 'unwatch.session', sessionId: 's1' });
    leaveSecond();
    leaveSecond();
    expect(socket().sent.at(-1)).toEqual({ type: 'unwatch.session', sessionId: 's1' });
    expect(feed.status()).toBe('open');
  });

  it('closes when nothing is watched, also while it waits, and opens again for the next', () => {
    const leave = feed.watchSessions(() => {});
    socket().listener.opened();
    leave();
    expect(socket().isClosed).toBe(true);
    expect(feed.status()).toBe('idle');
    expect(due).toBeNull();
    const leaveAgain = feed.watchSessions(() => {});
    socket().listener.closed();
    leaveAgain();
    expect(feed.status()).toBe('idle');
    expect(due).toBeNull();
    expect(sockets).toHaveLength(2);
  });

  it('passes on rows, gaps, ends and errors, and hears nothing of a socket it has left', () => {
    const rows: string[] = [];
    const heard = new Heard();
    const leaveTable = feed.watchSessions((message) => {
      rows.push(...message.rows.map(({ id }) => id));
    });
    const leaveSession = feed.watchSession('s1', heard);
    const old = socket();
    old.listener.opened();
    old.tell({ type: 'sessions', isWhole: true, rows: [sampleRow('s1')], gone: [] });
    old.tell({ type: 'session.gap', sessionId: 's1' });
    old.tell({ type: 'session.ended', sessionId: 's1' });
    const message = 'It is not kept.';
    old.tell({ type: 'error', code: 'no_such_session', message, sessionId: 's1' });
    old.tell({ type: 'error', code: 'bad_request', message: 'What?', sessionId: null });
    expect(rows).toEqual(['s1']);
    expect(heard.turns).toEqual(['gap', 'ended', message]);
    leaveTable();
    leaveSession();
    feed.watchSession('s1', heard);
    old.tell({ type: 'session.gap', sessionId: 's1' });
    old.listener.opened();
    expect(heard.turns).toHaveLength(3);
    expect(feed.status()).toBe('connecting');
  });
});
