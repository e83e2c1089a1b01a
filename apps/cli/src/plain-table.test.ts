import { describe, expect, it } from 'vitest';
import { plainTable } from './plain-table.ts';

describe('plainTable', () => {
  it('puts numbers to the right and text to the left', () => {
    const rows = [
      ['a', '5'],
      ['b', '–'],
      ['c', '120.5'],
    ];
    expect(plainTable(['what', 'ms'], rows)).toBe(
      [
        '┌──────┬───────┐',
        '│ what │    ms │',
        '├──────┼───────┤',
        '│ a    │     5 │',
        '│ b    │     – │',
        '│ c    │ 120.5 │',
        '└──────┴───────┘',
      ].join('\n'),
    );
  });

  it('wraps what is too long for a terminal and loses nothing of it', () => {
    const text = `${'word '.repeat(30)}{${'x'.repeat(100)}}`;
    const lines = plainTable(['what'], [[text]]).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(52);
    const letters = lines.join('').match(/word|x|\{|\}/gu) ?? [];
    expect(letters).toHaveLength(30 + 100 + 2);
  });
});
