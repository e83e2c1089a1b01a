import { describe, expect, it } from 'vitest';
import { spokenTokens } from '../../spoken/spoken-tokens.ts';
import { choiceValue } from './slot-values.ts';

describe('choiceValue', () => {
  const SIZE = { kind: 'choice', values: ['small', 'extra large', 'large'] } as const;

  it('finds the value that was said, in the words of the slot', () => {
    expect(choiceValue(spokenTokens('An extra large, please'), SIZE)?.value).toBe('extra large');
    expect(choiceValue(spokenTokens('the large one'), SIZE)?.value).toBe('large');
    expect(choiceValue(spokenTokens('the smaller one'), SIZE)).toBeNull();
  });
});
