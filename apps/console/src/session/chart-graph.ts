import type { Chart, ChartState, ChartTransition } from '@antiphon/observability';

/** A state as it is laid out; sizes in pixels. */
export interface GraphNode {
  readonly id: string;
  readonly label: string;
  readonly description: string | null;
  readonly isFinal: boolean;
  readonly width: number;
  readonly height: number;
  readonly children: readonly GraphNode[];
}

/** All transitions from one state to another, drawn as one arrow. */
export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly transitions: readonly ChartTransition[];
}

/** A machine, or a region of one, to be laid out. */
export interface Graph {
  readonly root: GraphNode;
  readonly edges: readonly GraphEdge[];
}

const LETTER_PX = 9;
const SIDES_PX = 28;
const HEIGHT_PX = 38;

/**
 * The parts of a chart that stand apart: each region of a parallel machine, or the machine itself.
 * History is drawn as the state it goes back into. Transitions from above all regions lead from
 * everywhere; they are listed, not drawn.
 */
export function graphsOf(chart: Chart): Graph[] {
  const regions = chart.root.type === 'parallel' ? chart.root.states : [chart.root];
  return regions.map((region) => {
    const known = new Set(pathsOf(region));
    return { root: nodeOf(region), edges: edgesOf(chart, known) };
  });
}

/** What leads out of a state: its own transitions first, then those of the states around it. */
export function transitionsFrom(chart: Chart, path: string): ChartTransition[] {
  return chart.transitions
    .filter(({ from }) => from === '' || isWithin(path, from))
    .toSorted((a, b) => b.from.length - a.from.length);
}

/** The state at a path; undefined where there is none. */
export function stateAt(state: ChartState, path: string): ChartState | undefined {
  if (state.path === path) return state;
  for (const inner of state.states) {
    const found = stateAt(inner, path);
    if (found) return found;
  }
  return undefined;
}

/** Which drawn arrow a change of state took: the nearest to what it left and reached. */
export function edgeTaken(
  edges: readonly GraphEdge[],
  { from, to }: { readonly from: string; readonly to: string },
): GraphEdge | null {
  const fits = edges.filter((edge) => isWithin(from, edge.from) && isWithin(to, edge.to));
  const closest = fits.toSorted(
    (a, b) => b.from.length + b.to.length - a.from.length - a.to.length,
  );
  return closest[0] ?? null;
}

function isWithin(path: string, around: string): boolean {
  return path === around || path.startsWith(`${around}.`);
}

function pathsOf(state: ChartState): string[] {
  return [state.path, ...state.states.flatMap(pathsOf)];
}

function nodeOf(state: ChartState): GraphNode {
  return {
    id: state.path,
    label: state.key,
    description: state.description,
    isFinal: state.type === 'final',
    width: Math.round(state.key.length * LETTER_PX + SIDES_PX),
    height: HEIGHT_PX,
    children: state.states.filter(({ type }) => type !== 'history').map(nodeOf),
  };
}

function edgesOf(chart: Chart, known: ReadonlySet<string>): GraphEdge[] {
  const historyParents = new Map(
    historiesOf(chart.root).map((path) => [path, path.slice(0, path.lastIndexOf('.'))]),
  );
  const edges = new Map<string, GraphEdge>();
  for (const transition of chart.transitions) {
    for (const target of transition.to) {
      const { from } = transition;
      const to = historyParents.get(target) ?? target;
      if (from === to || !known.has(from) || !known.has(to)) continue;
      const id = `${from} → ${to}`;
      const others = edges.get(id)?.transitions ?? [];
      edges.set(id, { id, from, to, transitions: [...others, transition] });
    }
  }
  return [...edges.values()];
}

function historiesOf(state: ChartState): string[] {
  return [...(state.type === 'history' ? [state.path] : []), ...state.states.flatMap(historiesOf)];
}
