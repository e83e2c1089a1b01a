import { hopBudgets } from '@antiphon/observability';
import type { HopBudgets, TurnReport } from '@antiphon/observability';
import { DrivenClock } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { FleetWatch } from './fleet-watch.ts';
import { firstRow, rowAfter } from './session-row.ts';

const clock = new DrivenClock();

const measured = (turn: number, budgetsMs?: HopBudgets) => ({
  type: 'turn.measured' as const,
  atMs: clock.now(),
  report: {
    turn,
    itemId: `item_${turn}`,
    generationId: `gen_${turn}`,
    voiceEndAtMs: 0,
    committedAtMs: 500,
    firstAudioAtMs: 1_000,
    hops: {
      endpointing: 500,
      wait: null,
      inference: 400,
      aggregation: null,
      synthesis: 80,
      egress: 20,
    },
    voiceToVoiceMs: 1_000,
    postEndpointMs: 500,
    unexplainedMs: 0,
    ...(budgetsMs && { budgetsMs }),
  } satisfies TurnReport,
});

describe('what turns may take', () => {
  it('is told for the slowest by the agents they are of, and for all of them the most', () => {
    const watch = new FleetWatch(clock);
    watch.open('s1', 'patient').notify(measured(1, hopBudgets({ inference: 600 }, 700)));
    watch.open('s2', 'quick').notify(measured(1, hopBudgets({ synthesis: 200 }, 200)));
    const { slowest, budgetsMs } = watch.fleet();
    expect(slowest.map(({ agent, budgetMs }) => [agent, budgetMs])).toEqual([
      ['patient', 1_550],
      ['quick', 700],
    ]);
    expect(budgetsMs).toEqual({
      endpointing: 800,
      wait: 650,
      inference: 600,
      aggregation: 30,
      synthesis: 200,
      egress: 20,
      voiceToVoice: 1_550,
    });
  });

  it('is the usual where nobody has said anything', () => {
    expect(new FleetWatch(clock).fleet().budgetsMs.voiceToVoice).toBe(900);
  });

  it('stands in the row of a session beside its last turn', () => {
    const row = firstRow({
      id: 's1',
      tenant: null,
      agent: 'patient',
      leg: 'realtime',
      pipeline: 'embedded',
      startedAtMs: 0,
      hasRecording: false,
    });
    const { lastTurn } = rowAfter(row, measured(1, hopBudgets({ inference: 600 }, 700)));
    expect(lastTurn).toMatchObject({ voiceToVoiceMs: 1_000, budgetMs: 1_550 });
    expect(rowAfter(row, measured(1)).lastTurn?.budgetMs).toBe(900);
  });
});
