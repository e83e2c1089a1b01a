import type { FeedBody } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { sampleEvents } from '../../testing/sample-sessions.ts';
import { toolWaitsOf } from './tool-waits.ts';

const call = { callId: 'call_1', name: 'trace_package' };
const started: FeedBody = { type: 'tool.started', ...call, arguments: '{}' };
const settled = (outcome: 'result' | 'deferred'): FeedBody => ({
  type: 'tool.settled',
  ...call,
  outcome,
  output: null,
  durationMs: 1_200,
});

const standingAfter = (...bodies: FeedBody[]) =>
  toolWaitsOf(sampleEvents('sess_1', 0, [started, ...bodies])).map(({ standing }) => standing);

describe('the waits for tools', () => {
  it('are pending from the call on, and know since when', () => {
    const events = sampleEvents('sess_1', 0, [started]);
    expect(toolWaitsOf(events)).toStrictEqual([
      { ...call, startedAtMs: events[0]?.atMs, settled: null, standing: 'runs' },
    ]);
  });

  it('end with what became of them', () => {
    const [wait] = toolWaitsOf(sampleEvents('sess_1', 0, [started, settled('result')]));
    expect(wait?.settled).toStrictEqual({ outcome: 'result', durationMs: 1_200 });
    expect(standingAfter(settled('deferred'))).toStrictEqual(['promised by e-mail']);
  });

  it.each<[string, FeedBody[]]>([
    ['covered', [{ type: 'tool.covered', ...call }]],
    [
      'overdue',
      [
        { type: 'tool.covered', ...call },
        { type: 'tool.overdue', ...call },
      ],
    ],
    ['waits for a yes', [{ type: 'consent.asked', ...call }]],
    ['runs', [{ type: 'consent.decided', ...call, verdict: 'confirmed' }]],
    ['refused', [{ type: 'consent.decided', ...call, verdict: 'refused' }]],
    ['e-mail offered', [{ type: 'followUp.offered', ...call }]],
    ['e-mail declined', [{ type: 'followUp.declined', ...call }]],
  ])('stand as %s', (standing, bodies) => {
    expect(standingAfter(...bodies)).toStrictEqual([standing]);
  });

  it('are known from their end where their beginning is forgotten', () => {
    const events = sampleEvents('sess_1', 0, [settled('result')]);
    const [wait] = toolWaitsOf(events);
    expect(wait?.startedAtMs).toBe(-1_200);
  });
});
