import type { FeedEvent, SessionRow } from '@antiphon/observability';

/** What a call came to. */
export interface CallFigures {
  readonly durationMs: number;
  /** Turns of the agent that answered something. */
  readonly answers: number;
  /** From the caller's last sound to the agent's first: the middle one of them all, and the slowest. */
  readonly middleMs: number | null;
  readonly slowestMs: number | null;
  readonly interruptions: number;
  readonly toolCalls: number;
  /** Why it ended; null while it lives. */
  readonly endReason: string | null;
}

/** The figures of a session that has ended, or of its time until now. */
export function callFigures(
  row: SessionRow,
  events: readonly FeedEvent[],
  nowMs: number,
): CallFigures {
  const waitsMs = events
    .flatMap((event) => (event.type === 'turn' ? (event.report.voiceToVoiceMs ?? []) : []))
    .toSorted((a, b) => a - b);
  const answers = events.filter(
    (event) => event.type === 'turn' && event.report.itemId !== null,
  ).length;
  return {
    durationMs: (row.endedAtMs ?? nowMs) - row.startedAtMs,
    answers,
    middleMs: waitsMs[Math.floor((waitsMs.length - 1) / 2)] ?? null,
    slowestMs: waitsMs.at(-1) ?? null,
    interruptions: events.filter((event) => event.type === 'bargeIn' && event.verdict === 'cut')
      .length,
    toolCalls: events.filter(({ type }) => type === 'tool.started').length,
    endReason: row.endReason,
  };
}
