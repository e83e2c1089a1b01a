import type { FeedEvent } from '@antiphon/observability';
import { formatAge, formatLatency } from '../../format/format-duration.ts';
import { Badge } from '../../ui/badge.tsx';
import type { Tone } from '../../ui/badge.tsx';
import { useNow } from '../../ui/use-now.ts';
import { toolWaitsOf } from './tool-waits.ts';
import type { ToolWait } from './tool-waits.ts';

/** The most calls that are shown; earlier ones are on the session's own page. */
const MOST = 5;

/** The tools that were called, the newest first, and how long those pending have been waited for. */
export function ToolWaitsView({ events }: { readonly events: readonly FeedEvent[] }) {
  const waits = toolWaitsOf(events);
  if (waits.length === 0) return <p className="talk-nothing">No tool was called yet.</p>;
  return (
    <ul className="talk-tools">
      {waits
        .slice(-MOST)
        .toReversed()
        .map((wait) => (
          <li key={wait.callId}>
            <code>{wait.name}</code>
            <Badge tone={toneOf(wait)}>{wait.standing}</Badge>
            <span className="number">
              {wait.settled === null ? (
                <Waited sinceMs={wait.startedAtMs} />
              ) : (
                formatLatency(wait.settled.durationMs)
              )}
            </span>
          </li>
        ))}
    </ul>
  );
}

function Waited({ sinceMs }: { readonly sinceMs: number }) {
  return <>{formatAge(useNow() - sinceMs)}</>;
}

function toneOf({ settled, standing }: ToolWait): Tone {
  if (settled === null) return standing === 'overdue' ? 'bad' : 'warning';
  if (settled.outcome === 'result' || settled.outcome === 'deferred') return 'good';
  return settled.outcome === 'declined' || settled.outcome === 'cancelled' ? 'quiet' : 'bad';
}
