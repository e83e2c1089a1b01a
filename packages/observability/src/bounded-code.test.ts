import { describe, expect, it } from 'vitest';
import { boundedCode } from './bounded-code.ts';

describe('boundedCode', () => {
  it('tells the first codes apart and counts the others together', () => {
    const codeOf = boundedCode(2);
    expect(['timeout', 'rate_limit', 'third', 'timeout'].map(codeOf)).toEqual([
      'timeout',
      'rate_limit',
      '_OTHER',
      'timeout',
    ]);
  });

  it.each(['', 'The caller said 4111 1111', 'x'.repeat(65), 'a\nb'])(
    'takes %j for no code',
    (code) => {
      expect(boundedCode(9)(code)).toBe('_OTHER');
    },
  );
});
