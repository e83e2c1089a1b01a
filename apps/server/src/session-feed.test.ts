import type { FeedEvent } from '@antiphon/observability';
import type { SessionEvent } from '@antiphon/session';
import { describeControlChannel } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { KEPT_EVENTS, SessionFeed } from './session-feed.ts';
import type { FeedWatcher } from './session-feed.ts';
import { transcriptRefOf } from './transcript-ref.ts';

class Watcher implements FeedWatcher {
  readonly seen: FeedEvent[] = [];
  hasEnded = false;

  get numbers(): number[] {
    return this.seen.map(({ seq }) => seq);
  }

  take(event: FeedEvent): void {
    this.seen.push(event);
  }

  end(): void {
    this.hasEnded = true;
  }
}

const fault = (index: number): SessionEvent => ({
  atMs: index,
  type: 'engine.failed',
  code: 'test',
  message: `number ${index}`,
});

const ended: SessionEvent = { atMs: 99, type: 'session.ended', reason: 'callerLeft' };

function feedWith(events: number): SessionFeed {
  const feed = new SessionFeed(transcriptRefOf('sess_1', { isKept: true }));
  for (let index = 1; index <= events; index++) feed.notify(fault(index));
  return feed;
}

describeControlChannel(
  'session feed',
  () => new SessionFeed(transcriptRefOf('sess_test', { isKept: false })),
);

describe('SessionFeed', () => {
  it('numbers events from 1 and tells a new watcher the ones before it came', () => {
    const feed = feedWith(2);
    const watcher = new Watcher();
    feed.watch(watcher, null);
    feed.notify(fault(3));
    expect(watcher.seen).toMatchObject([
      { seq: 1, sessionId: 'sess_1', atMs: 1, type: 'fault', message: 'number 1' },
      { seq: 2 },
      { seq: 3, message: 'number 3' },
    ]);
  });

  it('resumes after the number a watcher saw last', () => {
    const watcher = new Watcher();
    const feed = feedWith(5);
    feed.watch(watcher, 3);
    feed.notify(fault(6));
    expect(watcher.numbers).toEqual([4, 5, 6]);
  });

  it('resumes without a gap as long as the events are kept, and refuses to when they are not', () => {
    const feed = feedWith(KEPT_EVENTS + 10);
    const back = new Watcher();
    expect(feed.watch(back, 10)).not.toBeNull();
    expect(back.numbers).toEqual(Array.from({ length: KEPT_EVENTS }, (_, index) => 11 + index));
    const late = new Watcher();
    expect(feed.watch(late, 9)).toBeNull();
    expect(late.seen).toEqual([]);
  });

  it('starts a watcher that asks for nothing with the oldest event kept', () => {
    const watcher = new Watcher();
    feedWith(KEPT_EVENTS + 10).watch(watcher, null);
    expect(watcher.numbers[0]).toBe(11);
  });

  it('takes a number from the future for a wish to hear only what comes', () => {
    const feed = feedWith(2);
    const watcher = new Watcher();
    feed.watch(watcher, 100);
    feed.notify(fault(3));
    expect(watcher.numbers).toEqual([3]);
  });

  it('ends its watchers with the session, and a later one after the replay', () => {
    const feed = feedWith(1);
    const early = new Watcher();
    feed.watch(early, null);
    feed.notify(ended);
    expect(early.seen.at(-1)).toMatchObject({ type: 'session.ended', reason: 'callerLeft' });
    expect(early.hasEnded).toBe(true);
    const late = new Watcher();
    feed.watch(late, null);
    expect(late.numbers).toEqual([1, 2]);
    expect(late.hasEnded).toBe(true);
  });

  it('tells nothing to a watcher that left', () => {
    const feed = feedWith(0);
    const watcher = new Watcher();
    feed.watch(watcher, null)?.();
    feed.notify(fault(1));
    expect(watcher.seen).toEqual([]);
  });

  it('knows how the regions stand', () => {
    const feed = new SessionFeed(transcriptRefOf('sess_1', { isKept: true }));
    feed.notify({
      atMs: 1,
      type: 'state.changed',
      region: 'caller',
      from: 'silent',
      to: 'speaking',
      cause: 'caller.speechStopped',
    });
    expect(feed.state).toEqual({ caller: 'speaking', turn: 'listening', agentAudio: 'idle' });
  });
});
