import { Link } from 'wouter';
import type { Fleet } from '@antiphon/observability';
import { formatTime } from '../format/format-time.ts';
import { Latency } from '../ui/latency.tsx';
import { TraceLink, useTraceUrl } from '../ui/trace-link.tsx';
import '../ui/table.css';

/** The slowest turns, each leading to its waterfall. */
export function SlowestTurns({ turns }: { readonly turns: Fleet['slowest'] }) {
  const traceUrl = useTraceUrl();
  if (turns.length === 0) return <p className="fleet-none">No turn yet.</p>;
  return (
    <div className="table-frame">
      <table className="table" aria-label="Slowest turns">
        <thead>
          <tr>
            <th scope="col">Turn</th>
            <th scope="col">Agent</th>
            <th scope="col">At</th>
            <th scope="col">Trace</th>
            <th scope="col" className="number">
              Voice to voice
            </th>
          </tr>
        </thead>
        <tbody>
          {turns.map(({ sessionId, agent, turn, atMs, voiceToVoiceMs, budgetMs, traceId }) => (
            <tr key={`${sessionId} ${turn}`}>
              <td>
                <Link href={`/s/${encodeURIComponent(sessionId)}/turns/${turn}`}>
                  turn {turn} of <span className="mono slowest-id">{sessionId}</span>
                </Link>
              </td>
              <td>{agent}</td>
              <td className="quiet">{formatTime(atMs)}</td>
              <td className="mono quiet" title={traceId ?? undefined}>
                {traceId === null ? (
                  '–'
                ) : (
                  <TraceLink traceId={traceId} traceUrl={traceUrl}>
                    {traceId.slice(0, 8)}…
                  </TraceLink>
                )}
              </td>
              <td className="number">
                <Latency ms={voiceToVoiceMs} budgetMs={budgetMs} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
