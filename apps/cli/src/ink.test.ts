import { describe, expect, it } from 'vitest';
import { inkFor } from './ink.ts';

describe('inkFor', () => {
  it('marks unheard words with tildes where there are no colours', () => {
    expect(inkFor({ environment: {} }).struck('shows?')).toBe('~~shows?~~');
    expect(inkFor({ isTTY: true, environment: { NO_COLOR: '1' } }).struck('shows?')).toBe(
      '~~shows?~~',
    );
  });

  it('strikes them through on a terminal', () => {
    expect(inkFor({ isTTY: true, environment: {} }).struck('shows?')).toBe(
      '\u001b[9mshows?\u001b[29m',
    );
  });
});
