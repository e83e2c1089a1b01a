import { describe, expect, it } from 'vitest';
import { sampleEvents, sampleReport, sampleRow } from '../../testing/sample-sessions.ts';
import { callFigures } from './call-figures.ts';

describe('what a call came to', () => {
  it('counts answers, interruptions and calls of tools, and has the middle and the slowest wait', () => {
    const row = sampleRow('sess_1', {
      startedAtMs: 1_000,
      endedAtMs: 21_000,
      endReason: 'callerLeft',
    });
    const greeting = { ...sampleReport(1, [null, 1, 2, 3, 4]), itemId: null, voiceToVoiceMs: null };
    const events = sampleEvents('sess_1', 1_000, [
      { type: 'turn', report: greeting },
      { type: 'turn', report: sampleReport(2, [100, 10, 10, 10, 10]) },
      { type: 'turn', report: sampleReport(3, [500, 10, 10, 10, 10]) },
      { type: 'turn', report: sampleReport(4, [200, 10, 10, 10, 10]) },
      { type: 'bargeIn', itemId: 'i', verdict: 'cut', playedMs: 5 },
      { type: 'bargeIn', itemId: 'i', verdict: 'falseAlarm', playedMs: 5 },
      { type: 'tool.started', callId: 'c', name: 'n', arguments: '{}' },
    ]);
    expect(callFigures(row, events, 99_000)).toStrictEqual({
      durationMs: 20_000,
      answers: 3,
      middleMs: 240,
      slowestMs: 540,
      interruptions: 1,
      toolCalls: 1,
      endReason: 'callerLeft',
    });
  });

  it('goes until now while it lives, and has no waits without answers', () => {
    const row = sampleRow('sess_1', { startedAtMs: 1_000 });
    expect(callFigures(row, [], 4_000)).toMatchObject({
      durationMs: 3_000,
      answers: 0,
      middleMs: null,
      slowestMs: null,
    });
  });
});
