import { describe, expect, it } from 'vitest';
import {
  DEFAULT_HOP_BUDGETS_MS,
  exceededBudgets,
  hopBudgets,
  turnBudgetMs,
} from './latency-budgets.ts';
import type { TurnReport } from './turn-report.ts';

const NONE: TurnReport['hops'] = {
  endpointing: null,
  wait: null,
  inference: null,
  aggregation: null,
  synthesis: null,
  egress: null,
};

function turn(hops: Partial<TurnReport['hops']>, more: Partial<TurnReport> = {}): TurnReport {
  return {
    turn: 1,
    itemId: 'item_1',
    generationId: 'gen_1',
    voiceEndAtMs: 0,
    committedAtMs: 500,
    firstAudioAtMs: 800,
    hops: { ...NONE, ...hops },
    voiceToVoiceMs: 800,
    postEndpointMs: 300,
    unexplainedMs: 0,
    ...more,
  };
}

describe('the budgets of a turn', () => {
  it('are exceeded by the hops that took longer than the usual', () => {
    const report = turn({
      endpointing: 500,
      inference: 151,
      aggregation: 30,
      synthesis: 101,
      egress: 20,
    });
    expect(exceededBudgets(report)).toEqual([
      { hop: 'inference', budgetMs: 150 },
      { hop: 'synthesis', budgetMs: 100 },
    ]);
  });

  it("are the agent's own where it has some", () => {
    const budgetsMs = { ...DEFAULT_HOP_BUDGETS_MS, inference: 400, egress: 5 };
    const report = turn({ endpointing: 500, inference: 390, egress: 10 }, { budgetsMs });
    expect(exceededBudgets({ ...report, budgetsMs })).toEqual([]);
    const marked = turn({ synthesis: 0, egress: 10 }, { budgetsMs });
    expect(exceededBudgets(marked)).toEqual([{ hop: 'egress', budgetMs: 5 }]);
  });

  it('of hops that are not marked belong to the next that is', () => {
    expect(exceededBudgets(turn({ endpointing: 400, synthesis: 280 }))).toEqual([]);
    expect(exceededBudgets(turn({ endpointing: 400, synthesis: 281 }))).toEqual([
      { hop: 'synthesis', budgetMs: 280 },
    ]);
    expect(exceededBudgets(turn({ egress: 901 }))).toEqual([{ hop: 'egress', budgetMs: 900 }]);
  });

  it('leave room beside the silence that ends a turn, whatever that is', () => {
    expect(exceededBudgets(turn({ endpointing: 560 }))).toEqual([]);
    expect(hopBudgets({}, 300).endpointing).toBe(400);
    expect(hopBudgets({ inference: 400 }, 900)).toEqual({
      ...DEFAULT_HOP_BUDGETS_MS,
      endpointing: 1_000,
      inference: 400,
    });
    expect(hopBudgets({ endpointing: 250 }, 900).endpointing).toBe(250);
    expect(hopBudgets()).toEqual(DEFAULT_HOP_BUDGETS_MS);
  });

  it('add up to that of the whole turn, with a wait where there was one', () => {
    const budgetsMs = hopBudgets({ inference: 400 }, 300);
    expect(turnBudgetMs(turn({}))).toBe(900);
    expect(turnBudgetMs(turn({}, { budgetsMs }))).toBe(400 + 400 + 30 + 100 + 20);
    expect(turnBudgetMs(turn({ wait: 5 }))).toBe(900 + 650);
    expect(turnBudgetMs(turn({}, { voiceToVoiceMs: null }))).toBe(300);
  });

  it('have nothing for the end of a turn where nobody spoke', () => {
    const unprompted = turn({ egress: 301 }, { voiceEndAtMs: null, voiceToVoiceMs: null });
    expect(exceededBudgets(unprompted)).toEqual([{ hop: 'egress', budgetMs: 300 }]);
  });

  it('have a wait where there was one', () => {
    expect(exceededBudgets(turn({ endpointing: 500, wait: 651, egress: 150 }))).toEqual([
      { hop: 'wait', budgetMs: 650 },
    ]);
  });
});
