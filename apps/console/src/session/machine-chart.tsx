import { memo, useEffect, useMemo, useState } from 'react';
import { Background, Controls, Handle, Position, ReactFlow } from '@xyflow/react';
import type { Edge, EdgeProps, Node, NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import type { Chart } from '@antiphon/observability';
import { Loading } from '../ui/states.tsx';
import { edgeTaken } from './chart-graph.ts';
import { layOutChart } from './lay-out-chart.ts';
import type { ChartDrawing, PlacedEdge, PlacedNode } from './lay-out-chart.ts';
import type { Move } from './session-moment.ts';
import { StateNotes } from './state-notes.tsx';
import './machine-chart.css';

type StateNode = Node<{ placed: PlacedNode; isActive: boolean; hasBeenLeft: boolean }, 'state'>;
type MoveEdge = Edge<{ placed: PlacedEdge; isTaken: boolean; cause: string | null }, 'move'>;

/** A letter of an arrow's label, and somewhat more than half of a state's height. */
const LETTER_PX = 9;
const STATE_PX = 22;

const NODE_TYPES = { state: memo(StateBox) };
const EDGE_TYPES = { move: memo(MoveArrow) };

/** A machine as it stands: its active states lit, what changed last marked. */
export function MachineChart({
  chart,
  states,
  lastMoves,
  hasNotes = true,
}: {
  readonly chart: Chart;
  /** Active leaves, as dotted paths. */
  readonly states: readonly string[];
  readonly lastMoves: readonly Move[];
  /** Says beside the chart what the state under the pointer is. */
  readonly hasNotes?: boolean;
}) {
  const [drawing, setDrawing] = useState<ChartDrawing | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [picked, setPicked] = useState<string | null>(null);
  useEffect(() => {
    let isLeft = false;
    layOutChart(chart).then(
      (laidOut) => isLeft || setDrawing(laidOut),
      (cause: unknown) => isLeft || setProblem(String(cause)),
    );
    return () => {
      isLeft = true;
    };
  }, [chart]);
  const active = states.join(' ');
  const nodes = useNodes(drawing, active, lastMoves);
  const edges = useEdges(drawing, lastMoves);
  if (problem !== null) return <p role="alert">The chart cannot be drawn: {problem}</p>;
  if (drawing === null) return <Loading what="the chart" />;
  const shown = picked ?? states.find((path) => path.startsWith('turn.')) ?? states[0] ?? null;
  return (
    <div className="machine" data-notes={hasNotes || undefined}>
      <div className="machine-canvas">
        <ReactFlow<StateNode, MoveEdge>
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          zoomOnScroll={false}
          preventScrolling={false}
          minZoom={0.2}
          fitView
          fitViewOptions={{ padding: 0.03 }}
          onNodeMouseEnter={(_event, { id }) => setPicked(id)}
          onNodeMouseLeave={() => setPicked(null)}
          onNodeClick={(_event, { id }) => setPicked(id)}
          // Enter selects the state that has the focus.
          onNodesChange={(changes) => {
            const selected = changes.find((change) => change.type === 'select' && change.selected);
            if (selected?.type === 'select') setPicked(selected.id);
          }}
          aria-label={`The machine “${chart.id}”, version ${chart.version}`}
        >
          <Background gap={24} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      {shown === null || !hasNotes ? null : (
        <StateNotes chart={chart} path={shown} lastMoves={lastMoves} />
      )}
    </div>
  );
}

/** Only states that change get another node, so that only they are drawn anew. */
function useNodes(drawing: ChartDrawing | null, active: string, lastMoves: readonly Move[]) {
  const left = lastMoves.map(({ from }) => from).join(' ');
  return useMemo(() => {
    const isActive = (path: string) =>
      active.split(' ').some((leaf) => leaf === path || leaf.startsWith(`${path}.`));
    return (drawing?.nodes ?? []).map((placed) =>
      nodeOf(placed, isActive(placed.id), left.split(' ').includes(placed.id)),
    );
  }, [drawing, active, left]);
}

const known = new WeakMap<PlacedNode, Map<string, StateNode>>();

function nodeOf(placed: PlacedNode, isActive: boolean, hasBeenLeft: boolean): StateNode {
  const variants = known.get(placed) ?? new Map<string, StateNode>();
  known.set(placed, variants);
  const key = `${isActive} ${hasBeenLeft}`;
  const variant = variants.get(key) ?? {
    id: placed.id,
    type: 'state' as const,
    position: { x: placed.x, y: placed.y },
    ...(placed.parentId === null ? {} : { parentId: placed.parentId }),
    width: placed.width,
    height: placed.height,
    data: { placed, isActive, hasBeenLeft },
    ariaLabel: `${placed.id.replaceAll('.', ' ')}${isActive ? ', active' : ''}`,
    zIndex: placed.hasChildren ? 0 : 2,
  };
  variants.set(key, variant);
  return variant;
}

function useEdges(drawing: ChartDrawing | null, lastMoves: readonly Move[]): MoveEdge[] {
  return useMemo(() => {
    const edges = drawing?.edges ?? [];
    const taken = new Map(lastMoves.map((move) => [edgeTaken(edges, move), move.cause]));
    return edges.map((placed) => {
      const cause = taken.get(placed) ?? null;
      const isTaken = cause !== null;
      return {
        id: placed.id,
        type: 'move' as const,
        source: placed.from,
        target: placed.to,
        data: { placed, isTaken, cause },
        zIndex: isTaken ? 3 : 1,
      };
    });
  }, [drawing, lastMoves]);
}

function StateBox({ data: { placed, isActive, hasBeenLeft } }: NodeProps<StateNode>) {
  const kind = placed.hasChildren ? 'state-group' : 'state-box';
  return (
    <div
      className={kind}
      data-state={placed.id}
      data-active={isActive || undefined}
      data-left={hasBeenLeft || undefined}
      data-final={placed.isFinal || undefined}
      title={placed.description ?? undefined}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span>{placed.label}</span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

function MoveArrow({ data }: EdgeProps<MoveEdge>) {
  const { placed, isTaken, cause } = data ?? { placed: null, isTaken: false, cause: null };
  const [start, ...rest] = placed?.points ?? [];
  const end = rest.at(-1);
  if (!start || !end) return null;
  const middle = placed!.points[Math.floor(placed!.points.length / 2)]!;
  const before = rest.at(-2) ?? start;
  const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  return (
    <g className="move" data-taken={isTaken || undefined}>
      <path d={splineOf(start, rest)} />
      <polygon
        points="0,0 -8,-3.5 -8,3.5"
        transform={`translate(${end.x} ${end.y}) rotate(${angle})`}
      />
      {cause === null ? null : (
        <text x={middle.x} y={middle.y - labelRise(start, end, cause)} textAnchor="middle">
          {cause}
        </text>
      )}
    </g>
  );
}

/** How far above its arrow a label stands: above the states that it joins where it is short. */
function labelRise(start: Point, end: Point, label: string): number {
  const isShort = Math.abs(end.x - start.x) < label.length * LETTER_PX;
  return isShort && Math.abs(end.y - start.y) < STATE_PX ? STATE_PX : 6;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** ELK's splines are given as cubic curves, three points each; what is left over is straight. */
function splineOf(start: Point, rest: readonly Point[]): string {
  let path = `M${start.x},${start.y}`;
  for (let at = 0; at < rest.length;) {
    const [a, b, c] = [rest[at], rest[at + 1], rest[at + 2]];
    if (a && b && c) {
      path += ` C${a.x},${a.y} ${b.x},${b.y} ${c.x},${c.y}`;
      at += 3;
    } else {
      path += ` L${a!.x},${a!.y}`;
      at += 1;
    }
  }
  return path;
}
