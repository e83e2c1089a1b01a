import { formatLatency } from '../format/format-duration.ts';
import './latency.css';

/** A turn's latency beside how much of the budget it took. */
export function Latency({ ms, budgetMs }: { readonly ms: number; readonly budgetMs: number }) {
  const part = Math.min(1, Math.max(0, ms / budgetMs));
  return (
    <span className="latency" data-over={ms > budgetMs}>
      <span className="latency-bar" aria-hidden="true">
        <span style={{ inlineSize: `${(part * 100).toFixed(0)}%` }} />
      </span>
      <span className="latency-ms">{formatLatency(ms)}</span>
    </span>
  );
}
