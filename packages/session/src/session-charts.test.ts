import type { ChartState } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { sessionCharts } from './session-charts.ts';

function paths(state: ChartState): string[] {
  return [state.path, ...state.states.flatMap(paths)];
}

describe('the charts', () => {
  const { session, toolCall } = sessionCharts();

  it('hold every state, with a sentence about each that is no region', () => {
    expect(session.root.states.map(({ key }) => key)).toEqual(['caller', 'agentAudio', 'turn']);
    expect(paths(session.root)).toContain('turn.toolPending.quiet');
    const silent = session.root.states[0]?.states[0];
    expect(silent).toMatchObject({ path: 'caller.silent', description: 'No speech.' });
    expect(paths(toolCall.root)).toContain('waiting.deadline.missed');
  });

  it('hold every transition between states that exist', () => {
    for (const { root, transitions } of [session, toolCall]) {
      const known = new Set(paths(root));
      for (const { from, to } of transitions) {
        for (const path of [from, ...to]) expect(known).toContain(path);
      }
    }
    expect(session.transitions).toContainEqual({
      from: 'turn.toolPending.quiet',
      to: ['turn.toolPending.covering'],
      on: 'tool.coverDue',
      after: null,
      guard: 'wantsCover',
      actions: ['noteCoverDue', 'cover'],
      description: null,
    });
    expect(
      session.transitions.filter(({ on, after }) => on === null && after === null),
    ).not.toEqual([]);
  });

  it('name the delays', () => {
    expect(
      session.transitions.filter(({ after }) => after !== null).map(({ after }) => after),
    ).toContain('progressAfter');
    expect(toolCall.transitions.map(({ after }) => after)).toContain('coverAfter');
  });

  it('are plain JSON', () => {
    expect(JSON.parse(JSON.stringify(session))).toEqual(session);
  });
});
