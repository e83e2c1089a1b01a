import type { Fleet, Hop, Spread, TurnReport } from '@antiphon/observability';
import { budgetMsOf, hopBudgetMsOf, HOPS } from './budget.ts';

/** One step of a turn as drawn. Times run from the caller's last sound, in milliseconds. */
export interface WaterfallHop {
  readonly hop: Hop;
  readonly fromMs: number;
  /** Null for a hop that the engine does not mark: the next one holds it. */
  readonly durationMs: number | null;
  readonly budgetMs: number;
  readonly isOver: boolean;
  /** The same hop in the turns of the last hour; null when there were none. */
  readonly usual: Spread | null;
}

/** Where the milliseconds of one turn went, as drawn. */
export interface Waterfall {
  readonly hops: readonly WaterfallHop[];
  /** From the start of the first hop to the first audio. */
  readonly wholeMs: number;
  /** True when nobody spoke before: the whole then starts where the answer was asked for. */
  readonly isUnprompted: boolean;
  readonly unexplainedMs: number;
  readonly budgetMs: number;
  /** The whole of the turns of the last hour, measured alike; null when there were none. */
  readonly usual: Spread | null;
  /** Where the axis ends: beyond the turn and its budget. */
  readonly endMs: number;
}

/** Space after the last thing drawn, as a part of the whole. */
const MARGIN = 0.06;
/** How far what is usual may stretch the axis beyond the turn and its budget; the rest is cut off. */
const MAX_STRETCH = 1.25;

/**
 * The waterfall of a turn beside what is usual. Hops run one after the other, so their durations
 * and the unexplained rest are exactly the whole.
 */
export function waterfallOf(report: TurnReport, usual: Fleet['hops'] | null): Waterfall {
  const isUnprompted = report.voiceToVoiceMs === null;
  let atMs = 0;
  // Most turns wait for nothing: that is no hop of theirs.
  const taken = HOPS.filter((hop) => hop !== 'wait' || (report.hops.wait ?? null) !== null);
  const hops = taken.map((hop): WaterfallHop => {
    // Recordings of earlier versions know no waits.
    const durationMs = report.hops[hop] ?? null;
    const fromMs = atMs;
    atMs += durationMs ?? 0;
    const budgetMs = hopBudgetMsOf(report, hop);
    const isOver = durationMs !== null && durationMs > budgetMs;
    return { hop, fromMs, durationMs, budgetMs, isOver, usual: usual?.[hop] ?? null };
  });
  const wholeMs = report.voiceToVoiceMs ?? report.postEndpointMs;
  const budgetMs = budgetMsOf(report);
  const ownEndMs = Math.max(wholeMs, atMs, budgetMs);
  const usualWhole = usual?.[isUnprompted ? 'postEndpoint' : 'voiceToVoice'] ?? null;
  const usualEndMs = Math.max(
    usualWhole?.p95 ?? 0,
    ...hops.map(({ fromMs, usual: spread }) => fromMs + (spread?.p95 ?? 0)),
  );
  const farthestMs = Math.max(ownEndMs, Math.min(usualEndMs, ownEndMs * MAX_STRETCH));
  return {
    hops,
    wholeMs,
    isUnprompted,
    unexplainedMs: report.unexplainedMs,
    budgetMs,
    usual: usualWhole,
    endMs: farthestMs * (1 + MARGIN),
  };
}

/** The most that a turn's hops may leave unexplained, in milliseconds. */
export function allowedUnexplainedMs(wholeMs: number): number {
  return Math.max(5, wholeMs * 0.05);
}

/** Round instants for the axis, from 0, at most eight of them. */
export function axisTicks(endMs: number): readonly number[] {
  const step = [50, 100, 200, 500, 1000, 2000, 5000, 10_000].find((ms) => endMs / ms <= 8);
  const stepMs = step ?? 10_000 * Math.ceil(endMs / 80_000);
  return Array.from({ length: Math.floor(endMs / stepMs) + 1 }, (_, at) => at * stepMs);
}
