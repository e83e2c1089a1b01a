import { describe, expect, it } from 'vitest';
import { stepInList } from './row-steps.ts';

describe('where a key leads in a list', () => {
  it.each([
    ['j', -1, 0],
    ['j', 1, 2],
    ['ArrowDown', 2, 2],
    ['k', 1, 0],
    ['ArrowUp', 0, 0],
    ['k', -1, 0],
    ['Home', 2, 0],
    ['End', 0, 2],
    ['x', 1, null],
  ])('%s leads from %s to %s', (key, at, to) => {
    expect(stepInList(key, at, 3)).toBe(to);
  });

  it('nowhere in an empty list', () => {
    expect(stepInList('j', -1, 0)).toBeNull();
  });
});
