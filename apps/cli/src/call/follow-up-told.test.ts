import { describe, expect, it } from 'vitest';
import { followUpTold } from './follow-up-told.ts';

const PLACE = { seq: 1, sessionId: 's', atMs: 1 };

describe('followUpTold', () => {
  it.each([
    ['pending', false],
    ['sending', false],
    ['sent', true],
    ['failed', true],
    ['unknown', true],
  ] as const)('reads that an e-mail is %s, after which nothing happens: %s', (state, isFinal) => {
    expect(
      followUpTold({ ...PLACE, type: 'followUp', callId: 'call_1', tool: 'trace', state }),
    ).toEqual({ callId: 'call_1', state, isFinal });
  });

  it('passes over what is about something else', () => {
    expect(followUpTold({ ...PLACE, type: 'session.ended', reason: 'callerLeft' })).toBeNull();
  });
});
