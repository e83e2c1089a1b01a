import type { FeedEvent } from '@antiphon/observability';

/** A tool call that is pending, or ended a little while ago. */
export interface ToolWait {
  readonly callId: string;
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** What became of it, and after how long; null while it is pending. */
  readonly settled: { readonly outcome: string; readonly durationMs: number } | null;
  /** Where it stands, in a few words. */
  readonly standing: string;
}

/** The calls that a session's events tell of, in the order in which they began. */
export function toolWaitsOf(events: readonly FeedEvent[]): readonly ToolWait[] {
  const waits = new Map<string, ToolWait>();
  const stand = (callId: string, standing: string): void => {
    const wait = waits.get(callId);
    if (wait !== undefined) waits.set(callId, { ...wait, standing });
  };
  for (const event of events) {
    switch (event.type) {
      case 'tool.started':
        waits.set(event.callId, {
          callId: event.callId,
          name: event.name,
          startedAtMs: event.atMs,
          settled: null,
          standing: 'runs',
        });
        break;
      case 'tool.settled': {
        const { callId, name, outcome, durationMs, atMs } = event;
        const known = waits.get(callId);
        waits.set(callId, {
          callId,
          name,
          startedAtMs: known?.startedAtMs ?? atMs - durationMs,
          settled: { outcome, durationMs },
          standing: outcome === 'deferred' ? 'promised by e-mail' : outcome,
        });
        break;
      }
      case 'tool.covered':
        stand(event.callId, 'covered');
        break;
      case 'tool.overdue':
        stand(event.callId, 'overdue');
        break;
      case 'consent.asked':
        stand(event.callId, 'waits for a yes');
        break;
      case 'consent.decided':
        stand(event.callId, event.verdict === 'confirmed' ? 'runs' : event.verdict);
        break;
      case 'followUp.offered':
        stand(event.callId, 'e-mail offered');
        break;
      case 'followUp.declined':
        stand(event.callId, 'e-mail declined');
        break;
      default:
        break;
    }
  }
  return [...waits.values()];
}
