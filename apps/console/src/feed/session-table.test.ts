import { describe, expect, it } from 'vitest';
import { sampleRow } from '../testing/sample-sessions.ts';
import { SessionTable } from './session-table.ts';

const older = sampleRow('older', { startedAtMs: 1 });
const newer = sampleRow('newer', { startedAtMs: 2 });

describe('the table of sessions', () => {
  it('has the newest session first and keeps rows that did not change', () => {
    const table = new SessionTable();
    table.hear({ type: 'sessions', isWhole: true, rows: [older, newer], gone: [] });
    const before = table.rows();
    expect(before.map(({ id }) => id)).toEqual(['newer', 'older']);
    expect(table.rows()).toBe(before);
    const changed = { ...older, turns: 1 };
    table.hear({ type: 'sessions', isWhole: false, rows: [changed], gone: [] });
    expect(table.rows()).toEqual([newer, changed]);
    expect(table.rows()[0]).toBe(before[0]);
  });

  it('forgets rows that are gone, and all that a whole table no longer has', () => {
    const table = new SessionTable();
    table.hear({ type: 'sessions', isWhole: true, rows: [older, newer], gone: [] });
    table.hear({ type: 'sessions', isWhole: false, rows: [], gone: ['newer', 'never'] });
    expect(table.rows()).toEqual([older]);
    table.hear({ type: 'sessions', isWhole: true, rows: [newer], gone: [] });
    expect(table.rows()).toEqual([newer]);
  });
});
