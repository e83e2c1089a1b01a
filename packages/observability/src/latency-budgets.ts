import { HOPS } from './turn-report.ts';
import type { Hop, TurnReport } from './turn-report.ts';

/** What each hop of a turn may take, in milliseconds. */
export type HopBudgets = Readonly<Record<Hop, number>>;

/** The silence that ends a turn where nobody says how long it is. */
const USUAL_SILENCE_MS = 500;

/**
 * Beside the silence that ends a turn: the frames and windows in which it is found, and the wait for
 * the final transcript.
 */
const ENDPOINTING_MARGIN_MS = 100;

/**
 * What turns may take where nobody says otherwise, 900 ms without a wait: the silence that ends a turn
 * and what it takes to find its end, 300 ms for everything after it, of which 20 ms are the house's
 * own. A turn that waits for a tool has the model's call and the 500 ms until the wait is covered
 * besides.
 */
export const DEFAULT_HOP_BUDGETS_MS: HopBudgets = {
  endpointing: USUAL_SILENCE_MS + ENDPOINTING_MARGIN_MS,
  wait: 650,
  inference: 150,
  aggregation: 30,
  synthesis: 100,
  egress: 20,
};

/** What turns may take that this silence ends: what the agent says itself, else the usual. */
export function hopBudgets(
  own: Partial<HopBudgets> = {},
  silenceMs: number = USUAL_SILENCE_MS,
): HopBudgets {
  const endpointing = silenceMs + ENDPOINTING_MARGIN_MS;
  return { ...DEFAULT_HOP_BUDGETS_MS, endpointing, ...own };
}

/** What a whole turn may take: less where nobody spoke before it, more where it waits for a tool. */
export function turnBudgetMs({ budgetsMs, voiceToVoiceMs, hops }: TurnReport): number {
  const budgets = budgetsMs ?? DEFAULT_HOP_BUDGETS_MS;
  const isTaken = (hop: Hop): boolean =>
    hop === 'endpointing'
      ? voiceToVoiceMs !== null
      : hop !== 'wait' || (hops.wait ?? null) !== null;
  return HOPS.reduce((sum, hop) => (isTaken(hop) ? sum + budgets[hop] : sum), 0);
}

/** A hop that took longer than it may. */
export interface ExceededBudget {
  readonly hop: Hop;
  readonly budgetMs: number;
}

/**
 * The hops of a turn that took longer than they may, in their order. A hop that is not marked is part
 * of the next, and so is its budget.
 */
export function exceededBudgets(report: TurnReport): readonly ExceededBudget[] {
  const { hops, voiceEndAtMs, budgetsMs: budgets = DEFAULT_HOP_BUDGETS_MS } = report;
  const exceeded: ExceededBudget[] = [];
  let heldMs = 0;
  for (const hop of HOPS) {
    const hopMs = hops[hop];
    if (hopMs !== null) {
      const budgetMs = heldMs + budgets[hop];
      if (hopMs > budgetMs) exceeded.push({ hop, budgetMs });
      heldMs = 0;
      continue;
    }
    // Without a voice there was no end of a turn to find, and most turns wait for nothing.
    const isThere = hop === 'endpointing' ? voiceEndAtMs !== null : hop !== 'wait';
    if (isThere) heldMs += budgets[hop];
  }
  return exceeded;
}
