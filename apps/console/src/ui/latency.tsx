import { formatLatency } from '../format/format-duration.ts';
import { VOICE_TO_VOICE_BUDGET_MS } from '../turn/budget.ts';
import './latency.css';

/** A turn's latency beside how much of the budget it took. */
export function Latency({ ms }: { readonly ms: number | null }) {
  if (ms === null) return <span className="quiet">{formatLatency(ms)}</span>;
  const part = Math.min(1, Math.max(0, ms / VOICE_TO_VOICE_BUDGET_MS));
  return (
    <span className="latency" data-over={ms > VOICE_TO_VOICE_BUDGET_MS}>
      <span className="latency-bar" aria-hidden="true">
        <span style={{ inlineSize: `${(part * 100).toFixed(0)}%` }} />
      </span>
      <span className="latency-ms">{formatLatency(ms)}</span>
    </span>
  );
}
