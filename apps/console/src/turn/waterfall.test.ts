import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_HOP_BUDGETS_MS,
  exceededBudgets,
  HOPS as TOLD_HOPS,
  turnBudgetMs,
} from '@antiphon/observability';
import { sampleFleet } from '../testing/sample-fleet.ts';
import { sampleReport } from '../testing/sample-sessions.ts';
import { HOP_BUDGET_MS, HOPS } from './budget.ts';
import { allowedUnexplainedMs, axisTicks, waterfallOf } from './waterfall.ts';

const hopMs = fc.option(fc.integer({ min: 0, max: 3000 }));

describe('the waterfall of a turn', () => {
  it('has the hops that turns are reported in, and their usual budgets', () => {
    expect(HOPS).toEqual(TOLD_HOPS);
    expect(HOP_BUDGET_MS).toEqual(DEFAULT_HOP_BUDGETS_MS);
  });

  it('adds up: each hop begins where the one before ended, and the rest is unexplained', () => {
    fc.assert(
      fc.property(
        fc.tuple(hopMs, hopMs, hopMs, hopMs, hopMs),
        fc.integer({ min: -5, max: 50 }),
        (times, unexplainedMs) => {
          const drawn = waterfallOf(sampleReport(1, times, unexplainedMs), null);
          let reachedMs = 0;
          for (const { fromMs, durationMs } of drawn.hops) {
            expect(fromMs).toBe(reachedMs);
            reachedMs += durationMs ?? 0;
          }
          expect(reachedMs + drawn.unexplainedMs).toBe(drawn.wholeMs);
          expect(drawn.endMs).toBeGreaterThan(Math.max(reachedMs, drawn.wholeMs, drawn.budgetMs));
        },
      ),
    );
  });

  it('says which hops are over their part of the budget', () => {
    const { hops } = waterfallOf(sampleReport(1, [500, 151, null, 100, 20]), null);
    expect(hops.filter(({ isOver }) => isOver).map(({ hop }) => hop)).toEqual(['inference']);
  });

  it('marks the hops that metrics and traces count as over, and its budgets are the whole', () => {
    const budgetMs = fc.integer({ min: 1, max: 3000 });
    const budgets = fc.record({
      endpointing: budgetMs,
      wait: budgetMs,
      inference: budgetMs,
      aggregation: budgetMs,
      synthesis: budgetMs,
      egress: budgetMs,
    });
    fc.assert(
      fc.property(
        fc.tuple(hopMs, hopMs, hopMs, hopMs, hopMs),
        hopMs,
        fc.option(budgets, { nil: undefined }),
        (times, wait, budgetsMs) => {
          const plain = sampleReport(1, times);
          const report = { ...plain, hops: { ...plain.hops, wait }, budgetsMs };
          const drawn = waterfallOf(report, null);
          const over = drawn.hops.filter(({ isOver }) => isOver);
          expect(over.map(({ hop, budgetMs: allowedMs }) => [hop, allowedMs])).toEqual(
            exceededBudgets(report).map(({ hop, budgetMs: allowedMs }) => [hop, allowedMs]),
          );
          expect(drawn.budgetMs).toBe(turnBudgetMs(report));
          if (report.hops.egress === null) return;
          expect(drawn.hops.reduce((sum, hop) => sum + hop.budgetMs, 0)).toBe(drawn.budgetMs);
        },
      ),
    );
  });

  it("draws the agent's own budgets where it has some", () => {
    const budgetsMs = { ...DEFAULT_HOP_BUDGETS_MS, endpointing: 700, inference: 400 };
    const report = { ...sampleReport(1, [690, 390, 5, 80, 5]), budgetsMs };
    const drawn = waterfallOf(report, null);
    expect(drawn.budgetMs).toBe(1_250);
    expect(drawn.hops.map(({ budgetMs }) => budgetMs)).toEqual([700, 400, 30, 100, 20]);
    expect(drawn.hops.some(({ isOver }) => isOver)).toBe(false);
  });

  it('is compared with what is usual, which stretches the axis by a quarter at most', () => {
    const usual = sampleFleet(0).hops;
    const { hops } = waterfallOf(sampleReport(1, [200, 50, 5, 50, 5]), usual);
    const taken = HOPS.filter((hop) => hop !== 'wait');
    expect(hops.map((hop) => hop.usual)).toEqual(taken.map((hop) => usual[hop]));
    expect(waterfallOf(sampleReport(1, [200, 50, 5, 50, 5]), usual).usual).toBe(usual.voiceToVoice);
    const slow = { ...usual, egress: { p50: 10, p95: 90_000 } };
    const { endMs } = waterfallOf(sampleReport(1, [200, 50, 5, 50, 5]), slow);
    expect(endMs).toBeCloseTo(900 * 1.25 * 1.06);
  });

  it('of a turn nobody asked for begins where the answer was asked for, with what the budget leaves', () => {
    const report = { ...sampleReport(1, [null, 12, 3, 40, 5]), voiceToVoiceMs: null };
    const usual = sampleFleet(0).hops;
    expect(waterfallOf(report, usual)).toMatchObject({
      isUnprompted: true,
      wholeMs: 60,
      budgetMs: 300,
      usual: usual.postEndpoint,
    });
    expect(waterfallOf(report, null).usual).toBeNull();
  });

  it('may leave five milliseconds or five in a hundred unexplained', () => {
    expect([60, 100, 1000].map(allowedUnexplainedMs)).toEqual([5, 5, 50]);
  });

  it.each([300, 848, 1400, 90_000, 1_000_000])('has few round instants up to %s ms', (endMs) => {
    const ticks = axisTicks(endMs);
    expect(ticks[0]).toBe(0);
    expect(ticks.length).toBeLessThanOrEqual(9);
    expect(ticks.length).toBeGreaterThan(2);
    expect(ticks.at(-1)).toBeLessThanOrEqual(endMs);
  });
});
