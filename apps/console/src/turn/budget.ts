import type { Hop, TurnReport } from '@antiphon/observability';

/** The hops of a turn, in their order. */
export const HOPS: readonly Hop[] = [
  'endpointing',
  'wait',
  'inference',
  'aggregation',
  'synthesis',
  'egress',
];

/** From the caller's last sound to the agent's first, in milliseconds: what no turn should exceed. */
export const VOICE_TO_VOICE_BUDGET_MS = 800;

/**
 * How the hops share that budget, in milliseconds: the silence of 500 ms that ends a turn unless
 * the words end it sooner, 300 ms for everything after it, of which 20 ms are the house's own. A
 * turn that waits for a tool has the model's call and the 500 ms until the wait is covered besides.
 */
export const HOP_BUDGET_MS: Readonly<Record<Hop, number>> = {
  endpointing: 500,
  wait: 650,
  inference: 150,
  aggregation: 30,
  synthesis: 100,
  egress: 20,
};

/** What a turn may take: less where nobody spoke before it, more where it waits for a tool. */
export function budgetMsOf({ voiceToVoiceMs, hops }: TurnReport): number {
  return (
    VOICE_TO_VOICE_BUDGET_MS -
    (voiceToVoiceMs === null ? HOP_BUDGET_MS.endpointing : 0) +
    // Recordings of earlier versions know no waits.
    ((hops.wait ?? null) === null ? 0 : HOP_BUDGET_MS.wait)
  );
}

/** What a hop is, in a few words. */
export const HOP_MEANING: Readonly<Record<Hop, string>> = {
  endpointing: 'last sound → the turn is known to be over, its words final',
  wait: '→ the cover of a tool’s wait, or the answer after it, was asked for',
  inference: '→ first token of the answer',
  aggregation: '→ first piece that can be spoken',
  synthesis: '→ first byte of its audio',
  egress: '→ first frame written to the caller',
};
