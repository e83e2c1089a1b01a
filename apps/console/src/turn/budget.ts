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

/** What the hops may take where a report does not say, in milliseconds: as the server has it. */
export const HOP_BUDGET_MS: Readonly<Record<Hop, number>> = {
  endpointing: 600,
  wait: 650,
  inference: 150,
  aggregation: 30,
  synthesis: 100,
  egress: 20,
};

/** What the hops of a turn may take. */
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
