import type { Chart, Charts, ChartState, ChartTransition } from '@antiphon/observability';
import { sessionMachine } from './session.machine.ts';
import { toolCallMachine } from './tool-call.machine.ts';

type Machine = typeof sessionMachine | typeof toolCallMachine;
type Node = (typeof sessionMachine)['root'];
type Transition = NonNullable<Node['always']>[number];

/** The shipped machines as they are drawn, made of their own definitions. */
export function sessionCharts(): Charts {
  return { session: chartOf(sessionMachine), toolCall: chartOf(toolCallMachine) };
}

function chartOf(machine: Machine): Chart {
  const root = machine.root as unknown as Node;
  return {
    id: machine.id,
    version: machine.version ?? sessionMachine.version ?? '',
    root: stateOf(root),
    transitions: nodesBelow(root).flatMap(transitionsOf),
  };
}

function nodesBelow(node: Node): Node[] {
  return [node, ...Object.values(node.states as Record<string, Node>).flatMap(nodesBelow)];
}

function pathOf(node: Node): string {
  return node.path.join('.');
}

function stateOf(node: Node): ChartState {
  return {
    path: pathOf(node),
    key: node.key,
    type: node.type,
    description: node.description ?? null,
    initial: node.type === 'compound' ? (node.initial.target?.[0]?.key ?? null) : null,
    // Those of the delays are the library's.
    entry: node.entry.flatMap((action) => nameOf(action) ?? []),
    states: Object.values(node.states as Record<string, Node>).map(stateOf),
  };
}

function transitionsOf(node: Node): ChartTransition[] {
  const onFacts = [...node.transitions.values()].flat();
  return [...(node.always ?? []), ...onFacts].map((transition) => describe(node, transition));
}

function describe(node: Node, transition: Transition): ChartTransition {
  const { eventType, guard, actions, description, target } = transition;
  const after = 'delay' in transition ? String(transition.delay) : null;
  // A transition without an event has the empty one, whatever its type says.
  const fact: string = eventType;
  return {
    from: pathOf(node),
    to: (target ?? []).map((state) => pathOf(state as unknown as Node)),
    on: fact === '' || after !== null ? null : fact,
    after,
    guard: nameOf(guard) ?? null,
    actions: actions.flatMap((action) => nameOf(action) ?? []),
    description: description ?? null,
  };
}

/** The name under which the machine's set-up has it. */
function nameOf(part: unknown): string | undefined {
  if (typeof part === 'string') return part;
  if (typeof part === 'object' && part !== null && 'type' in part) return String(part.type);
  return undefined;
}
