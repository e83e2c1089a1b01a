import type { SentSpan } from './trace-request-reader.ts';

/** A span and those below it, the first to begin in front. */
export interface SpanTree {
  readonly name: string;
  readonly startAtMs: number;
  readonly endAtMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly children: readonly SpanTree[];
}

/** The trees of all roots whose name is this, the first to begin in front. */
export function spanTrees(spans: readonly SentSpan[], name: string): SpanTree[] {
  const roots = spans.filter((span) => span.name === name && !span.parentSpanId);
  return roots.map((root) => treeOf(root, spans)).toSorted(inTime);
}

/** Every span of a tree, itself included, whose name begins so. */
export function spansNamed(tree: SpanTree, name: string): SpanTree[] {
  const below = tree.children.flatMap((child) => spansNamed(child, name));
  return tree.name.startsWith(name) ? [tree, ...below] : below;
}

/** The names of a tree, each below its parent and further in, those of one parent by the alphabet. */
export function namesOf(tree: SpanTree, indent = ''): string[] {
  const children = tree.children.map((child) => namesOf(child, `${indent}  `));
  return [`${indent}${tree.name}`, ...children.toSorted(([a], [b]) => (a! < b! ? -1 : 1)).flat()];
}

/** The spans of a tree with their milliseconds from its beginning. */
export function timesOf(tree: SpanTree, zeroAtMs = tree.startAtMs, indent = ''): string[] {
  const [from, to] = [tree.startAtMs, tree.endAtMs].map((atMs) => (atMs - zeroAtMs).toFixed(1));
  return [
    `${indent}${tree.name} ${from}..${to}`,
    ...tree.children.flatMap((child) => timesOf(child, zeroAtMs, `${indent}  `)),
  ];
}

/** Every `parent > child` of a tree. */
export function edgesOf(tree: SpanTree): string[] {
  return tree.children.flatMap((child) => [`${tree.name} > ${child.name}`, ...edgesOf(child)]);
}

/**
 * What a turn took from the caller's last sound to the first of the answer, and what of it no span
 * explains: neither the end of the turn, nor the wait for the response, nor a hop of it.
 */
export function latencyOf(turn: SpanTree): { wholeMs: number; unexplainedMs: number } {
  const [speech] = spansNamed(turn, 'user_speech');
  const [endpointing] = spansNamed(turn, 'antiphon.endpointing');
  // Of several that overlap the one that is heard first.
  const [first] = turn.children
    .flatMap((response) =>
      spansNamed(response, 'antiphon.egress').map((egress) => ({ response, egress })),
    )
    .toSorted((a, b) => a.egress.endAtMs - b.egress.endAtMs);
  if (!speech || !endpointing || !first) throw new Error('a turn that was not answered');
  const { response, egress } = first;
  // What is synthesized later is heard later.
  const hops = response.children.filter(
    ({ attributes }) => Number(attributes['antiphon.synthesis.piece'] ?? 0) === 0,
  );
  const wholeMs = egress.endAtMs - speech.endAtMs;
  const waitMs = Math.max(0, response.startAtMs - endpointing.endAtMs);
  const explainedMs = [endpointing, ...hops].reduce((sum, span) => sum + lengthOf(span), waitMs);
  return { wholeMs, unexplainedMs: wholeMs - explainedMs };
}

function lengthOf({ startAtMs, endAtMs }: SpanTree): number {
  return endAtMs - startAtMs;
}

function treeOf(span: SentSpan, spans: readonly SentSpan[]): SpanTree {
  const isBelow = ({ traceId, parentSpanId }: SentSpan) =>
    traceId === span.traceId && parentSpanId === span.spanId;
  return {
    name: span.name,
    startAtMs: Number(span.startTimeUnixNano) / 1e6,
    endAtMs: Number(span.endTimeUnixNano) / 1e6,
    attributes: Object.fromEntries(
      span.attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]),
    ),
    children: spans
      .filter(isBelow)
      .map((child) => treeOf(child, spans))
      .toSorted(inTime),
  };
}

function inTime(a: SpanTree, b: SpanTree): number {
  return a.startAtMs - b.startAtMs;
}
