import type { FeedBody } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { sampleEvents } from '../testing/sample-sessions.ts';
import { markAfter, marksOf } from './timeline-marks.ts';
import { timelineOf } from './timeline-model.ts';

const STARTED_AT_MS = 1_000_000;

function marksAfter(bodies: readonly FeedBody[]) {
  const events = sampleEvents('s1', STARTED_AT_MS, bodies);
  return marksOf(timelineOf(events, { startAtMs: STARTED_AT_MS, endAtMs: STARTED_AT_MS + 60_000 }));
}

const tool = { callId: 'call_1', name: 'look_up' };

const BODIES: readonly FeedBody[] = [
  { type: 'fault', code: 'provider_lost', message: 'gone' },
  { type: 'tool.started', ...tool, arguments: '{}' },
  { type: 'bargeIn', verdict: 'falseAlarm', itemId: null, playedMs: 0 },
  { type: 'tool.covered', ...tool },
  { type: 'bargeIn', verdict: 'cut', itemId: null, playedMs: 0 },
  { type: 'tool.settled', ...tool, outcome: 'result', output: '{}', durationMs: 4_000 },
];

describe('the marks of a timeline', () => {
  it('are tools, what was told of them, barge-ins and notes, in the order of time', () => {
    expect(marksAfter(BODIES).map(({ atMs, toMs, what }) => [atMs, toMs, what])).toEqual([
      [0, null, 'provider_lost: gone'],
      [1_000, 5_000, 'look_up: result'],
      [2_000, null, 'the caller seemed to cut in: it was nothing'],
      [3_000, null, 'look_up: covered'],
      [4_000, null, 'the caller cut in'],
    ]);
  });

  it('stay the same marks while a tool goes on and ends', () => {
    const before = marksAfter(BODIES.slice(0, -1));
    expect(before.map(({ key }) => key)).toEqual(marksAfter(BODIES).map(({ key }) => key));
    expect(before[1]?.what).toBe('look_up: running');
  });

  it('are told once, however often the same is told of an instant', () => {
    const [fault] = BODIES;
    if (!fault) throw new Error('there is a fault');
    const events = sampleEvents('s1', 0, [fault, fault]).map((event) => ({ ...event, atMs: 5 }));
    expect(marksOf(timelineOf(events, { startAtMs: 0, endAtMs: 10 }))).toHaveLength(1);
  });

  it('lead to each other by the keys, and nowhere beyond their ends', () => {
    const marks = marksAfter(BODIES);
    const keys = marks.map(({ key }) => key);
    const after = (at: number, key: string) => markAfter(marks, keys[at] ?? '', key)?.key ?? null;
    expect(['ArrowRight', 'ArrowDown'].map((key) => after(1, key))).toEqual([keys[2], keys[2]]);
    expect(['ArrowLeft', 'ArrowUp'].map((key) => after(1, key))).toEqual([keys[0], keys[0]]);
    expect([after(1, 'Home'), after(1, 'End')]).toEqual([keys[0], keys[4]]);
    expect([after(0, 'ArrowLeft'), after(4, 'ArrowRight'), after(0, 'x')]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
