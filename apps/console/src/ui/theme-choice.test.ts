import { describe, expect, it } from 'vitest';
import { otherTheme, readTheme } from './theme-choice.ts';

describe('the theme', () => {
  it.each([
    ['system', false, 'dark'],
    ['dark', false, 'system'],
    ['light', true, 'system'],
    ['system', true, 'light'],
    ['dark', true, 'light'],
    ['light', false, 'dark'],
  ] as const)('from %s, with a dark system %s, switches to %s', (choice, isSystemDark, other) => {
    expect(otherTheme(choice, isSystemDark)).toBe(other);
  });

  it('is that of the system when what was stored is none', () => {
    expect(['dark', 'light', 'blue', null].map(readTheme)).toEqual([
      'dark',
      'light',
      'system',
      'system',
    ]);
  });
});
