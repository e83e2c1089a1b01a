import type { FeedEvent } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { describeUsage } from './describe-usage.ts';

const USAGE = {
  inputTextTokens: 1_000,
  inputAudioTokens: 234,
  outputTextTokens: 20,
  outputAudioTokens: 300,
  cachedTextTokens: 900,
  cachedAudioTokens: 0,
  audioMs: 0,
  characters: 0,
  dollars: 0.0123,
  isPartlyPriced: false,
};

function endedWith(usage?: typeof USAGE | (Omit<typeof USAGE, 'dollars'> & { dollars: null })) {
  const place = { seq: 1, sessionId: 'sess_1', atMs: 0 };
  const end: FeedEvent = { ...place, type: 'session.ended', reason: 'callerLeft' };
  return describeUsage([usage ? { ...end, usage } : end]);
}

describe('what a session used, in words', () => {
  it('is a cost, and what it is for', () => {
    expect(endedWith(USAGE)).toEqual({ cost: '$0.0123', note: '1.2K tokens in, 320 out' });
  });

  it('says that there are no prices, or not of everything', () => {
    const heard = { ...USAGE, inputAudioTokens: 0, audioMs: 34_400, characters: 1_500 };
    expect(endedWith({ ...heard, dollars: null })).toEqual({
      cost: '–',
      note: '1K tokens in, 320 out · 34 s recognised · 1.5K characters spoken · no prices',
    });
    expect(endedWith({ ...USAGE, isPartlyPriced: true })?.cost).toBe('over $0.0123');
  });

  it('is not there where nobody told of any, or the session lives', () => {
    expect(endedWith()).toBeNull();
    expect(describeUsage([])).toBeNull();
  });
});
