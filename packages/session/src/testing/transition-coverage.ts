import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { MachineStep } from '../session-options.ts';

/** Counts which transitions of some machines were taken. */
export class TransitionCoverage {
  readonly #all: readonly AnyTransitionDefinition[];
  readonly #taken = new Set<AnyTransitionDefinition>();

  constructor(machines: readonly AnyStateMachine[]) {
    this.#all = machines.flatMap((machine) => transitionsOf(machine.root));
  }

  see(step: MachineStep): void {
    // xstate's own name for what a step took; nothing else tells.
    // oxlint-disable-next-line no-underscore-dangle
    for (const transition of step._transitions) this.#taken.add(transition);
  }

  get taken(): number {
    return this.#all.length - this.missing.length;
  }

  /** The transitions that were not taken, each as its state, its event and its place among those. */
  get missing(): string[] {
    return this.#all
      .filter((transition) => !this.#taken.has(transition))
      .map((transition) => {
        const { source, eventType } = transition;
        const alike = this.#all.filter(
          (other) => other.source === source && other.eventType === eventType,
        );
        return `${source.id} ${eventType || 'always'} #${alike.indexOf(transition)}`;
      });
  }
}

function transitionsOf(node: AnyStateNode): AnyTransitionDefinition[] {
  return [
    ...[...node.transitions.values()].flat(),
    ...(node.always ?? []),
    ...Object.values(node.states).flatMap((child) => transitionsOf(child)),
  ];
}
