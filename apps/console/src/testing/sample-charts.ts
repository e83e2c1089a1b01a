import type { Chart, Charts, ChartState } from '@antiphon/observability';

/** A machine of three regions, in whose turn there is something to think about. */
export function sampleCharts(): Charts {
  const session: Chart = {
    id: 'session',
    version: '1',
    root: state('', 'parallel', [
      state('caller', 'compound', [state('caller.silent'), state('caller.speaking')]),
      state('turn', 'compound', [
        state('turn.listening'),
        state('turn.responding', 'compound', [state('turn.responding.thinking')]),
      ]),
      state('agentAudio', 'compound', [state('agentAudio.idle'), state('agentAudio.playing')]),
    ]),
    transitions: [
      {
        from: 'turn.listening',
        to: ['turn.responding'],
        on: 'caller.turnCommitted',
        after: null,
        guard: null,
        actions: [],
        description: null,
      },
    ],
  };
  return { session, toolCall: { ...session, id: 'call' } };
}

function state(
  path: string,
  type: ChartState['type'] = 'atomic',
  states: readonly ChartState[] = [],
): ChartState {
  const key = path.split('.').at(-1) ?? '';
  return { path, key, type, description: null, initial: states[0]?.key ?? null, entry: [], states };
}
