import { describe, expect, it } from 'vitest';
import { describeTurn } from './describe-turn.ts';

describe('the turn region in words', () => {
  it('says the state that has words, or the nearest above it', () => {
    expect(describeTurn('responding.thinking').label).toBe('thinking');
    expect(describeTurn('toolPending.quiet')).toEqual({
      label: 'waits for a tool',
      tone: 'warning',
    });
    expect(describeTurn('asking.weighing').label).toBe('asks');
  });

  it('shows a state it does not know as it is', () => {
    expect(describeTurn('dreaming.deeply')).toEqual({ label: 'dreaming.deeply', tone: 'plain' });
    expect(describeTurn('')).toEqual({ label: '', tone: 'plain' });
  });
});
