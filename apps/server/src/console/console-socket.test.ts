import type { ConsoleMessage } from '@antiphon/observability';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import type { Access } from '../access.ts';
import { SessionFeed } from '../session-feed.ts';
import { ConsoleSocket } from './console-socket.ts';
import { SessionBoard } from './session-board.ts';

class FakeSocket {
  readonly OPEN = 1;
  readonly readyState = 1;
  bufferedAmount = 0;
  closedWith: number | null = null;
  readonly told: ConsoleMessage[] = [];

  send(text: string): void {
    this.told.push(JSON.parse(text) as ConsoleMessage);
  }

  close(code: number): void {
    this.closedWith = code;
  }
}

function opened(access: Access = { tenant: null }) {
  const clock = new DrivenClock();
  const board = new SessionBoard(clock);
  const socket = new FakeSocket();
  const feeds = new Map<string, SessionFeed>();
  const feedOf = (id: string) => feeds.get(id) ?? null;
  const feed = new ConsoleSocket({ socket, board, access, feedOf, clock });
  const begin = (id: string, tenant: string | null = null) => {
    feeds.set(id, new SessionFeed({ sessionId: id, events: null, recording: null }));
    const channel = board.open({
      id,
      tenant,
      agent: 'a',
      leg: 'realtime',
      pipeline: 'stub',
      startedAtMs: clock.now(),
      hasRecording: false,
    });
    channel.notify({ type: 'session.started', sessionId: id, agent: 'a', atMs: clock.now() });
    return channel;
  };
  const say = (request: object) => feed.hear(JSON.stringify(request));
  return { clock, board, socket, feeds, feed, begin, say };
}

const moved = (atMs: number) =>
  ({
    type: 'state.changed',
    region: 'turn',
    from: 'listening',
    to: 'responding.thinking',
    cause: 'caller.turnCommitted',
    atMs,
  }) as const;

const ofTable = (told: readonly ConsoleMessage[]) => told.filter(({ type }) => type === 'sessions');

describe('the table', () => {
  it('is told whole, and then what has changed, four times a second at most', () => {
    const { clock, socket, begin, say } = opened();
    const channel = begin('s1');
    say({ type: 'watch.sessions' });
    expect(socket.told).toMatchObject([{ isWhole: true, rows: [{ id: 's1' }] }]);
    for (let count = 0; count < 50; count += 1) channel.notify(moved(clock.now()));
    begin('s2');
    expect(socket.told).toHaveLength(1);
    clock.advance(250);
    expect(socket.told.slice(1)).toMatchObject([
      {
        isWhole: false,
        rows: [{ id: 's1', state: { turn: 'responding.thinking' } }, { id: 's2' }],
      },
    ]);
    clock.advance(5_000);
    expect(socket.told).toHaveLength(2);
  });

  it('says when a row has ended, and when it is forgotten', () => {
    const { clock, board, socket, begin, say } = opened();
    say({ type: 'watch.sessions' });
    begin('s1').notify({ type: 'session.ended', reason: 'callerLeft', atMs: 5 });
    clock.advance(250);
    board.forget('s1');
    clock.advance(250);
    expect(ofTable(socket.told).slice(1)).toMatchObject([
      { rows: [{ id: 's1', endReason: 'callerLeft' }] },
      { rows: [], gone: ['s1'] },
    ]);
  });

  it('is told no more once nobody wants it', () => {
    const { clock, socket, begin, say } = opened();
    say({ type: 'watch.sessions' });
    say({ type: 'unwatch.sessions' });
    begin('s1');
    clock.advance(1_000);
    expect(socket.told).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});

describe("the table of a tenant's", () => {
  it('knows nothing of sessions that are not its own', () => {
    const { clock, board, socket, begin, say } = opened({ tenant: 'acme' });
    begin('s1', 'acme');
    begin('s2', 'globex');
    begin('s3');
    say({ type: 'watch.sessions' });
    for (const [id, tenant] of [
      ['s4', 'acme'],
      ['s5', 'globex'],
      ['s6', null],
    ] as const) {
      begin(id, tenant).notify({ type: 'session.ended', reason: 'callerLeft', atMs: 5 });
    }
    clock.advance(250);
    board.forget('s5');
    clock.advance(250);
    say({ type: 'watch.session', sessionId: 's2' });
    say({ type: 'watch.session', sessionId: 's7' });
    expect(socket.told).toMatchObject([
      { isWhole: true, rows: [{ id: 's1' }] },
      { isWhole: false, rows: [{ id: 's4' }], gone: [] },
      { code: 'no_such_session', sessionId: 's2' },
      { code: 'no_such_session', sessionId: 's7' },
    ]);
    const told = socket.told.slice(2) as { message?: string }[];
    expect(told[0]?.message).toBe(told[1]?.message);
  });
});

describe('a session that is refused', () => {
  it('never comes on the board', () => {
    const { board } = opened();
    const meta = { id: 's1', tenant: null, agent: 'a', leg: 'realtime', pipeline: 'stub' };
    board.open({ ...meta, startedAtMs: 0, hasRecording: false });
    expect(board.live({ tenant: null })).toEqual([]);
    expect(board.row('s1')).toBeNull();
  });
});

describe('a session that is watched', () => {
  it('is told from where the browser left it', () => {
    const { clock, socket, feeds, begin, say } = opened();
    begin('s1');
    feeds.get('s1')?.notify(moved(clock.now()));
    feeds.get('s1')?.notify(moved(clock.now()));
    say({ type: 'watch.session', sessionId: 's1', after: 1 });
    feeds.get('s1')?.notify({ type: 'session.ended', reason: 'callerLeft', atMs: 9 });
    expect(socket.told).toMatchObject([
      { type: 'session', event: { seq: 2 } },
      { type: 'session', event: { seq: 3, type: 'session.ended' } },
      { type: 'session.ended', sessionId: 's1' },
    ]);
  });

  it('has a gap where events are forgotten', () => {
    const { socket, feeds, begin, say } = opened();
    begin('s1');
    for (let count = 0; count < 600; count += 1) feeds.get('s1')?.notify(moved(count));
    say({ type: 'watch.session', sessionId: 's1', after: 1 });
    expect(socket.told).toEqual([{ type: 'session.gap', sessionId: 's1' }]);
  });

  it('is refused where there is none, or where too many are watched', () => {
    const { socket, begin, say } = opened();
    say({ type: 'watch.session', sessionId: 'sess_none' });
    for (let count = 0; count < 33; count += 1) {
      begin(`s${count}`);
      say({ type: 'watch.session', sessionId: `s${count}` });
    }
    expect(socket.told).toMatchObject([
      { type: 'error', code: 'no_such_session', sessionId: 'sess_none' },
      { type: 'error', code: 'too_many', sessionId: 's32' },
    ]);
  });
});

describe('a browser that does not read', () => {
  it('is sent nothing more, then told of the gap and of the newest rows when it reads again', () => {
    const { clock, socket, feeds, begin, say } = opened();
    const channel = begin('s1');
    say({ type: 'watch.sessions' });
    say({ type: 'watch.session', sessionId: 's1' });
    socket.bufferedAmount = 2_000_000;
    for (let count = 0; count < 1_000; count += 1) {
      channel.notify(moved(count));
      feeds.get('s1')?.notify(moved(count));
    }
    clock.advance(10_000);
    expect(socket.told).toHaveLength(1);
    socket.bufferedAmount = 0;
    clock.advance(250);
    expect(socket.told.slice(1)).toMatchObject([
      { type: 'session.gap', sessionId: 's1' },
      { type: 'sessions', rows: [{ id: 's1' }] },
    ]);
    expect(socket.closedWith).toBeNull();
  });

  it('is let go when it does not catch up', () => {
    const { clock, socket, feed, begin, say } = opened();
    say({ type: 'watch.sessions' });
    begin('s1');
    socket.bufferedAmount = 2_000_000;
    clock.advance(31_000);
    expect(socket.closedWith).toBe(4408);
    feed.close();
    expect(clock.pending).toBe(0);
  });
});

describe('what makes no sense', () => {
  it.each(['{', '{"type":"watch.everything"}', '{"type":"watch.session","sessionId":7}', '[]'])(
    'is told so: %s',
    (text) => {
      const { socket, feed } = opened();
      feed.hear(text);
      expect(socket.told).toMatchObject([{ type: 'error', code: 'bad_request' }]);
    },
  );
});
