import type { Fleet, Spread } from '@antiphon/observability';
import { HOP_BUDGET_MS } from '../turn/budget.ts';

const MINUTE_MS = 60_000;

/** A fleet of which nothing is known yet. */
export function emptyFleet(nowMs: number): Fleet {
  const none = { ...NO_HOPS };
  return {
    sinceMs: nowMs,
    turns: 0,
    hops: none,
    minutes: [],
    budgetsMs: BUDGETS_MS,
    slowest: [],
    tools: [],
    bargeIns: { cut: 0, falseAlarm: 0 },
    handOffs: [],
    workers: [{ name: 'call-1:4711', sessions: 0, max: 200 }],
    queue: { state: 'none' },
  };
}

const BUDGETS_MS: Fleet['budgetsMs'] = { ...HOP_BUDGET_MS, voiceToVoice: 900 };

const NO_HOPS: Fleet['hops'] = {
  endpointing: null,
  wait: null,
  inference: null,
  aggregation: null,
  synthesis: null,
  egress: null,
  voiceToVoice: null,
  postEndpoint: null,
};

/** Percentiles that swing around a middle, the same whenever they are asked for. */
function swing(middleMs: number, minute: number, phase: number): Spread {
  const wave = Math.sin(minute / 4 + phase) * 0.16 + Math.sin(minute * 1.7 + phase) * 0.07;
  const p50 = middleMs * (1 + wave);
  return { p50, p95: p50 * (1.5 + 0.25 * Math.sin(minute / 3 + 2 * phase)) };
}

function hopsAt(minute: number): Fleet['hops'] {
  const [endpointing, inference, aggregation, synthesis, egress] = [
    swing(236, minute, 0),
    swing(94, minute, 1),
    swing(14, minute, 2),
    swing(61, minute, 3),
    swing(6, minute, 4),
  ] as const;
  const after = [inference, aggregation, synthesis, egress];
  const sum = (spreads: readonly Spread[]): Spread => ({
    p50: spreads.reduce((total, { p50 }) => total + p50, 0),
    p95: spreads.reduce((total, { p95 }) => total + p95, 0) * 0.92,
  });
  return {
    endpointing,
    wait: null,
    inference,
    aggregation,
    synthesis,
    egress,
    postEndpoint: sum(after),
    voiceToVoice: sum([endpointing, ...after]),
  };
}

/** A fleet after an hour of calls, with ten minutes in which nobody called. */
export function sampleFleet(nowMs: number, sessionIds: readonly string[] = []): Fleet {
  const minutes = Array.from({ length: 60 }, (_, minute) => minute)
    .filter((minute) => minute < 21 || minute > 30)
    .map((minute) => ({
      atMs: nowMs - (60 - minute) * MINUTE_MS,
      turns: 40 + (minute % 7) * 5,
      hops: hopsAt(minute),
    }));
  return {
    sinceMs: nowMs - 60 * MINUTE_MS,
    turns: minutes.reduce((sum, { turns }) => sum + turns, 0),
    hops: hopsAt(0),
    minutes,
    budgetsMs: BUDGETS_MS,
    slowest: sessionIds.slice(0, 8).map((sessionId, at) => ({
      sessionId,
      agent: 'acme-support',
      turn: at + 2,
      atMs: nowMs - (at + 1) * 4 * MINUTE_MS,
      voiceToVoiceMs: 1310 - at * 83,
      budgetMs: BUDGETS_MS.voiceToVoice,
      traceId: `${(0x4bf92f35 + at * 7919).toString(16)}77b34da6a3ce929d0e0e4736`,
    })),
    tools: [
      tool('look_up_order', { calls: 412, failed: 3, overdue: 6, byEmail: 5 }),
      tool('reschedule_delivery', { calls: 96, failed: 1, overdue: 14, byEmail: 12, handedOff: 1 }),
      tool('refund', { calls: 38, failed: 0, handedOff: 4 }),
    ],
    bargeIns: { cut: 143, falseAlarm: 61 },
    handOffs: [
      { reason: 'asked', count: 21 },
      { reason: 'tool_error', count: 4 },
      { reason: 'tool_overdue', count: 1 },
    ],
    workers: [
      { name: 'call-1:4711', sessions: 62, max: 200 },
      { name: 'call-2:318', sessions: 31, max: 50 },
      { name: 'call-3:52', sessions: 12, max: 50 },
    ],
    queue: { state: 'there', workers: 2, waiting: 1 },
  };
}

function tool(
  name: string,
  counts: Partial<Omit<Fleet['tools'][number], 'agent' | 'tool'>>,
): Fleet['tools'][number] {
  return {
    agent: 'acme-support',
    tool: name,
    calls: 0,
    failed: 0,
    overdue: 0,
    byEmail: 0,
    handedOff: 0,
    ...counts,
  };
}
