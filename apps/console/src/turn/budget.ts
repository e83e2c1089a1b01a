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
 * How the hops share that budget unless the agent's folder says otherwise, in milliseconds: the silence of 500 ms that ends a turn unless
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

/** What the agent's hops may take: as its folder says, else the usual. */
function budgetsOf({ budgetsMs }: TurnReport): Readonly<Record<Hop, number>> {
  return budgetsMs ?? HOP_BUDGET_MS;
}

/** What a turn may take: less where nobody spoke before it, more where it waits for a tool. */
export function budgetMsOf(report: TurnReport): number {
  const { voiceToVoiceMs, hops } = report;
  const budgets = budgetsOf(report);
  const isTaken = (hop: Hop): boolean => {
    if (hop === 'endpointing') return voiceToVoiceMs !== null;
    // Recordings of earlier versions know no waits.
    return hop !== 'wait' || (hops.wait ?? null) !== null;
  };
  return HOPS.reduce((sum, hop) => (isTaken(hop) ? sum + budgets[hop] : sum), 0);
}

/**
 * What a hop of a turn may take: of one that is not marked, nothing, for its budget belongs to the
 * next, which holds it.
 */
export function hopBudgetMsOf(report: TurnReport, hop: Hop): number {
  const budgets = budgetsOf(report);
  const isMarked = (one: Hop) => (report.hops[one] ?? null) !== null;
  if (!isMarked(hop)) return 0;
  let sumMs = budgets[hop];
  for (const earlier of HOPS.slice(0, HOPS.indexOf(hop)).toReversed()) {
    if (isMarked(earlier)) break;
    const isThere = earlier === 'endpointing' ? report.voiceEndAtMs !== null : earlier !== 'wait';
    if (isThere) sumMs += budgets[earlier];
  }
  return sumMs;
}

/** What a hop is, in a few words. */
export const HOP_MEANING: Readonly<Record<Hop, string>> = {
  endpointing: 'last sound → the turn is known to be over, its words final',
  wait: '→ a cover, or the answer after a tool, was asked for',
  inference: '→ first token of the answer',
  aggregation: '→ first piece that can be spoken',
  synthesis: '→ first byte of its audio',
  egress: '→ first frame written to the caller',
};
