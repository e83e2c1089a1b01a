import type { Hop } from '@antiphon/observability';

/** The hops of a turn, in their order. */
export const HOPS: readonly Hop[] = [
  'endpointing',
  'inference',
  'aggregation',
  'synthesis',
  'egress',
];

/** From the caller's last sound to the agent's first, in milliseconds: what no turn should exceed. */
export const VOICE_TO_VOICE_BUDGET_MS = 800;

/**
 * How the hops share that budget, in milliseconds: the silence of 500 ms that ends a turn unless
 * the words end it sooner, 300 ms for everything after it, of which 20 ms are the house's own.
 */
export const HOP_BUDGET_MS: Readonly<Record<Hop, number>> = {
  endpointing: 500,
  inference: 150,
  aggregation: 30,
  synthesis: 100,
  egress: 20,
};

/** What a hop is, in a few words. */
export const HOP_MEANING: Readonly<Record<Hop, string>> = {
  endpointing: 'last sound → the turn is known to be over, its words final',
  inference: '→ first token of the answer',
  aggregation: '→ first piece that can be spoken',
  synthesis: '→ first byte of its audio',
  egress: '→ first frame written to the caller',
};
