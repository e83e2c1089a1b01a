import type { Chart } from '@antiphon/observability';
import { formatLatency } from '../format/format-duration.ts';
import { MiniMachine } from './mini-machine.tsx';
import type { ToolBar } from './timeline-model.ts';

/** The machine of each call that is waited for. */
export function PendingCalls({
  chart,
  calls,
  tools,
  atMs,
}: {
  readonly chart: Chart;
  /** Active states, by call id. */
  readonly calls: Readonly<Record<string, readonly string[]>>;
  readonly tools: readonly ToolBar[];
  /** The moment shown, in milliseconds of the session. */
  readonly atMs: number;
}) {
  const pending = Object.entries(calls);
  if (pending.length === 0) return null;
  return (
    <ul className="pending-calls" aria-label="Tools that are waited for">
      {pending.map(([callId, states]) => {
        const tool = tools.find((bar) => bar.callId === callId);
        return (
          <li key={callId}>
            <strong className="mono">{tool?.name ?? callId}</strong>
            <span className="number quiet">
              {tool ? formatLatency(Math.max(0, atMs - tool.fromMs)) : ''}
            </span>
            <MiniMachine state={chart.root} active={states} />
          </li>
        );
      })}
    </ul>
  );
}
