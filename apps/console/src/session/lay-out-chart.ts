import type { Chart } from '@antiphon/observability';
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import ELK from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { graphsOf } from './chart-graph.ts';
import type { Graph, GraphEdge, GraphNode } from './chart-graph.ts';

/** A state and its place inside the state around it, in pixels. */
export interface PlacedNode extends Omit<GraphNode, 'children'> {
  readonly parentId: string | null;
  readonly x: number;
  readonly y: number;
  readonly hasChildren: boolean;
}

/** An arrow and its course on the whole drawing. */
export interface PlacedEdge extends GraphEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** A drawing of a machine. A state stands after the one around it. */
export interface ChartDrawing {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.edgeRouting': 'SPLINES',
  'elk.layered.spacing.nodeNodeBetweenLayers': '30',
  'elk.spacing.nodeNode': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.spacing.edgeEdge': '7',
  'elk.padding': '[top=36,left=14,bottom=14,right=14]',
};

/** Between regions that are drawn beside each other. */
const GAP_PX = 36;

const drawings = new Map<string, Promise<ChartDrawing>>();

/** Places everything in a chart; once for each machine and version, off the page's thread. */
export function layOutChart(chart: Chart): Promise<ChartDrawing> {
  const key = `${chart.id} ${chart.version}`;
  let drawing = drawings.get(key);
  if (!drawing) {
    drawing = draw(chart);
    drawings.set(key, drawing);
    drawing.catch(() => drawings.delete(key));
  }
  return drawing;
}

async function draw(chart: Chart): Promise<ChartDrawing> {
  const elk = new ELK({ workerFactory: () => new Worker(workerUrl) });
  try {
    const graphs = graphsOf(chart);
    const placed = await Promise.all(graphs.map((graph) => elk.layout(elkGraphOf(graph))));
    return joined(graphs, placed);
  } finally {
    elk.terminateWorker();
  }
}

/** The small regions stand in one row above the largest. */
function joined(graphs: readonly Graph[], placed: readonly ElkNode[]): ChartDrawing {
  const bySize = graphs
    .map((graph, index) => ({ graph, root: placed[index]! }))
    .toSorted((a, b) => areaOf(a.root) - areaOf(b.root));
  const largest = bySize.pop();
  const nodes: PlacedNode[] = [];
  const edges: PlacedEdge[] = [];
  let x = 0;
  let lowest = 0;
  const put = (part: (typeof bySize)[number], at: { x: number; y: number }) => {
    const frame = part.root.children?.[0];
    if (!frame) return;
    placeNodes(part.graph.root, frame, { parentId: null, at, into: nodes });
    edges.push(...placeEdges(part.graph, part.root, at));
  };
  for (const part of bySize) {
    put(part, { x, y: 0 });
    x += (part.root.width ?? 0) + GAP_PX;
    lowest = Math.max(lowest, (part.root.height ?? 0) + GAP_PX);
  }
  if (largest) put(largest, { x: 0, y: lowest });
  return { nodes, edges };
}

function areaOf({ width = 0, height = 0 }: ElkNode): number {
  return width * height;
}

/** The frame of a region is a node of its own, so that arrows may lead to it. */
function elkGraphOf({ root, edges }: Graph): ElkNode & { edges: ElkExtendedEdge[] } {
  return {
    id: 'root',
    layoutOptions: { ...OPTIONS, 'elk.padding': '[top=0,left=0,bottom=0,right=0]' },
    children: [elkNodeOf(root)],
    edges: edges.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  };
}

function elkNodeOf({ id, width, height, children }: GraphNode): ElkNode {
  return children.length === 0
    ? { id, width, height }
    : { id, layoutOptions: OPTIONS, children: children.map(elkNodeOf) };
}

interface Placing {
  readonly parentId: string | null;
  readonly at: { readonly x: number; readonly y: number };
  readonly into: PlacedNode[];
}

function placeNodes(node: GraphNode, placed: ElkNode, { parentId, at, into }: Placing): void {
  const { children, ...own } = node;
  into.push({
    ...own,
    parentId,
    x: (placed.x ?? 0) + at.x,
    y: (placed.y ?? 0) + at.y,
    width: placed.width ?? own.width,
    height: placed.height ?? own.height,
    hasChildren: children.length > 0,
  });
  for (const child of children) {
    const inner = placed.children?.find(({ id }) => id === child.id);
    if (inner) placeNodes(child, inner, { parentId: node.id, at: { x: 0, y: 0 }, into });
  }
}

function placeEdges(graph: Graph, root: ElkNode, at: { x: number; y: number }): PlacedEdge[] {
  const placed = new Map((root.edges as ElkExtendedEdge[]).map((edge) => [edge.id, edge]));
  return graph.edges.map((edge) => {
    const section = placed.get(edge.id)?.sections?.[0];
    const points = section
      ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]
      : [];
    return { ...edge, points: points.map(({ x, y }) => ({ x: x + at.x, y: y + at.y })) };
  });
}
