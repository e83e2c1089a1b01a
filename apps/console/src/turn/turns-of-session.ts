import type { FeedEvent, TurnReport } from '@antiphon/observability';

/** A turn as the feed told it. */
export interface KnownTurn {
  readonly report: TurnReport;
  readonly atMs: number;
  readonly traceId: string | null;
}

/** The turns that a session's events tell of, in their order; traces may come before or after. */
export function turnsOf(events: readonly FeedEvent[]): readonly KnownTurn[] {
  const traces = new Map<number, string>();
  for (const event of events) if (event.type === 'trace') traces.set(event.turn, event.traceId);
  return events
    .filter((event) => event.type === 'turn')
    .map(({ report, atMs }) => ({ report, atMs, traceId: traces.get(report.turn) ?? null }));
}
