import { describe, expect, it } from 'vitest';
import { sampleEvents, sampleReport } from '../testing/sample-sessions.ts';
import { turnsOf } from './turns-of-session.ts';

describe('the turns of a session', () => {
  it('come with their traces, whichever was told first; some have none', () => {
    const reports = [1, 2, 3].map((turn) => sampleReport(turn, [1, 2, 3, 4, 5]));
    const [first, second, third] = reports;
    if (!first || !second || !third) throw new Error('three reports');
    const events = sampleEvents('s1', 0, [
      { type: 'trace', turn: 1, traceId: 'a'.repeat(32) },
      { type: 'turn', report: first },
      { type: 'turn', report: second },
      { type: 'trace', turn: 2, traceId: 'b'.repeat(32) },
      { type: 'turn', report: third },
    ]);
    expect(turnsOf(events)).toEqual([
      { report: first, atMs: 1000, traceId: 'a'.repeat(32) },
      { report: second, atMs: 2000, traceId: 'b'.repeat(32) },
      { report: third, atMs: 4000, traceId: null },
    ]);
  });
});
