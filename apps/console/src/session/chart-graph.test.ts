import type { Chart, ChartState, ChartTransition } from '@antiphon/observability';
import { describe, expect, it } from 'vitest';
import { edgeTaken, graphsOf, stateAt, transitionsFrom } from './chart-graph.ts';

function state(path: string, states: ChartState[] = [], type?: ChartState['type']): ChartState {
  const key = path.split('.').at(-1) ?? '';
  return {
    path,
    key,
    type: type ?? (states.length > 0 ? 'compound' : 'atomic'),
    description: `About ${path}.`,
    initial: states[0]?.key ?? null,
    entry: [],
    states,
  };
}

function transition(from: string, to: string[], on: string | null = 'fact'): ChartTransition {
  return { from, to, on, after: null, guard: null, actions: [], description: null };
}

const CHART: Chart = {
  id: 'm',
  version: '1',
  root: state(
    '',
    [
      state('ear', [state('ear.quiet'), state('ear.loud')]),
      state('turn', [
        state('turn.a', [
          state('turn.a.x'),
          state('turn.a.y'),
          state('turn.a.where', [], 'history'),
        ]),
        state('turn.b'),
        state('turn.end', [], 'final'),
      ]),
    ],
    'parallel',
  ),
  transitions: [
    transition('', ['turn.end']),
    transition('ear.quiet', ['ear.loud']),
    transition('turn.a.x', ['turn.a.y']),
    transition('turn.a', ['turn.b'], 'one'),
    transition('turn.a', ['turn.b'], 'two'),
    transition('turn.b', ['turn.a.where']),
    transition('turn.b', []),
  ],
};

describe('the graph of a chart', () => {
  const [ear, turn] = graphsOf(CHART);

  it('has a part for each region, whose states lie in each other', () => {
    expect(ear?.root.children.map(({ id }) => id)).toEqual(['ear.quiet', 'ear.loud']);
    expect(turn?.root.children[0]?.children.map(({ label }) => label)).toEqual(['x', 'y']);
    expect(turn?.root.children[2]).toMatchObject({ id: 'turn.end', isFinal: true });
  });

  it('has one arrow for all transitions between two states, and history leads into its state', () => {
    expect(turn?.edges.map(({ id, transitions }) => [id, transitions.length])).toEqual([
      ['turn.a.x → turn.a.y', 1],
      ['turn.a → turn.b', 2],
      ['turn.b → turn.a', 1],
    ]);
    expect(ear?.edges).toHaveLength(1);
  });

  it('finds the arrow that a change of state took', () => {
    const edges = turn?.edges ?? [];
    expect(edgeTaken(edges, { from: 'turn.a.x', to: 'turn.a.y' })?.id).toBe('turn.a.x → turn.a.y');
    expect(edgeTaken(edges, { from: 'turn.a.y', to: 'turn.b' })?.id).toBe('turn.a → turn.b');
    expect(edgeTaken(edges, { from: 'turn.b', to: 'turn.a.x' })?.id).toBe('turn.b → turn.a');
    expect(edgeTaken(edges, { from: 'turn.b', to: 'turn.end' })).toBeNull();
  });

  it('lists what leads out of a state, from the states around it and from everywhere too', () => {
    expect(transitionsFrom(CHART, 'turn.a.x').map(({ from }) => from)).toEqual([
      'turn.a.x',
      'turn.a',
      'turn.a',
      '',
    ]);
    expect(stateAt(CHART.root, 'turn.b')?.description).toBe('About turn.b.');
    expect(stateAt(CHART.root, 'turn.none')).toBeUndefined();
  });

  it('is the whole machine where that has no regions', () => {
    const [whole, ...others] = graphsOf({
      ...CHART,
      root: state('', [state('p'), state('q')]),
      transitions: [transition('p', ['q'])],
    });
    expect(others).toEqual([]);
    expect(whole?.edges).toHaveLength(1);
  });
});
