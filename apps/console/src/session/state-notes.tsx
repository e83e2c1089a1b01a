import type { Chart, ChartTransition } from '@antiphon/observability';
import { stateAt, transitionsFrom } from './chart-graph.ts';
import type { Move } from './session-moment.ts';

/** What a state is, and what leads out of it. */
export function StateNotes({
  chart,
  path,
  lastMoves,
}: {
  readonly chart: Chart;
  readonly path: string;
  readonly lastMoves: readonly Move[];
}) {
  const state = stateAt(chart.root, path);
  if (!state) return null;
  return (
    <aside className="state-notes" aria-label={`About ${path}`}>
      <h3 className="mono">{path}</h3>
      {state.description === null ? null : <p>{state.description}</p>}
      {lastMoves.map(({ from, to, cause }) => (
        <p className="quiet" key={to}>
          Last: <span className="mono">{shortened(from)}</span> →{' '}
          <span className="mono">{shortened(to)}</span> by <span className="mono">{cause}</span>
        </p>
      ))}
      <ul>
        {transitionsFrom(chart, path).map((transition, index) => (
          // The transitions of a machine never change places.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <Transition transition={transition} />
          </li>
        ))}
      </ul>
    </aside>
  );
}

function Transition({ transition }: { readonly transition: ChartTransition }) {
  const { on, after, guard, actions, to, description } = transition;
  const trigger = on ?? (after === null ? 'always' : `after ${after}`);
  return (
    <>
      <span className="mono">{trigger}</span>
      {guard === null ? null : <span className="mono quiet"> [{guard}]</span>}
      {to.length === 0 ? null : <span> → {to.map(shortened).join(', ')}</span>}
      {actions.length === 0 ? null : <span className="quiet"> / {actions.join(', ')}</span>}
      {description === null ? null : <span className="quiet"> – {description}</span>}
    </>
  );
}

function shortened(path: string): string {
  return path.split('.').slice(1).join('.') || path;
}
