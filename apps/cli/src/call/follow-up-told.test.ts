import type { FeedEvent } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { followUpTold } from './follow-up-told.ts';

const told = (body: object) =>
  followUpTold({ seq: 1, sessionId: 's', atMs: 1, ...body } as unknown as FeedEvent);

describe('followUpTold', () => {
  it.each([
    ['pending', false],
    ['sending', false],
    ['sent', true],
    ['failed', true],
    ['unknown', true],
  ])('reads that an e-mail is %s, after which nothing happens: %s', (state, isFinal) => {
    const event = { type: 'followUp', callId: 'call_1', tool: 'trace', state };
    expect(told(event)).toEqual({ callId: 'call_1', state, isFinal });
  });

  it('passes over what is about something else, or not understood', () => {
    expect(told({ type: 'session.ended', reason: 'callerLeft' })).toBeNull();
    expect(told({ type: 'followUp', callId: 'call_1', state: 'lost' })).toBeNull();
  });
});
