import { memo } from 'react';
import { Link, useLocation } from 'wouter';
import type { SessionRow } from '@antiphon/observability';
import { describeTurn } from '../format/describe-turn.ts';
import { Age } from '../ui/age.tsx';
import { Badge } from '../ui/badge.tsx';
import { TurnLatency } from './turn-latency.tsx';
import { RecordingFault } from '../ui/recording-fault.tsx';
import '../ui/table.css';
import { isLink } from './is-link.ts';
import { useRowKeys } from './use-row-keys.ts';
import { ROW_PX, useRowWindow } from './use-row-window.ts';

/** The sessions that live. */
export function LiveTable({ rows }: { readonly rows: readonly SessionRow[] }) {
  const { body, current } = useRowKeys(rows);
  const { from, to } = useRowWindow(body, rows.length);
  return (
    <div className="table-frame">
      <table
        className="table table-fixed"
        aria-label="Live sessions"
        aria-rowcount={rows.length + 1}
      >
        <colgroup>
          <col className="col-state" />
          <col className="col-id" />
          <col className="col-agent" />
          <col className="col-leg" />
          <col className="col-age" />
          <col className="col-count" />
          <col className="col-latency" />
          <col />
          <col className="col-barge" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Session</th>
            <th scope="col">Agent</th>
            <th scope="col">Leg</th>
            <th scope="col" className="number">
              Age
            </th>
            <th scope="col" className="number">
              Turns
            </th>
            <th scope="col" className="number">
              Last turn
            </th>
            <th scope="col">Waits for</th>
            <th scope="col" className="number">
              Barge-ins
            </th>
          </tr>
        </thead>
        <tbody ref={body} className="table-rows">
          <Undrawn rows={from} />
          {rows.slice(from, to).map((row, at) => (
            <LiveLine
              key={row.id}
              row={row}
              rowIndex={from + at + 2}
              isCurrent={row.id === current}
            />
          ))}
          <Undrawn rows={rows.length - to} />
        </tbody>
      </table>
    </div>
  );
}

/** The room of rows that are not drawn because they cannot be seen. */
function Undrawn({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr className="undrawn" aria-hidden="true" style={{ blockSize: rows * ROW_PX }}>
      <td colSpan={9} />
    </tr>
  );
}

const LiveLine = memo(function LiveLine({
  row,
  rowIndex,
  isCurrent,
}: {
  readonly row: SessionRow;
  /** From 2; the heading is the first. */
  readonly rowIndex: number;
  readonly isCurrent: boolean;
}) {
  const [, go] = useLocation();
  const href = `/s/${encodeURIComponent(row.id)}`;
  const turn = describeTurn(row.state.turn);
  return (
    <tr aria-rowindex={rowIndex} onClick={({ target }) => isLink(target) || go(href)}>
      <td>
        <Voices caller={row.state.caller} agentAudio={row.state.agentAudio} />
        <Badge tone={turn.tone} title={row.state.turn}>
          {turn.label}
        </Badge>
      </td>
      <td className="mono">
        <Link href={href} data-id={row.id} tabIndex={isCurrent ? 0 : -1} title={row.id}>
          {row.id}
        </Link>
      </td>
      <td>
        {row.agent}
        {row.tenant !== null && <span className="quiet"> · {row.tenant}</span>}
      </td>
      <td className="quiet">{row.leg}</td>
      <td className="number">
        <Age sinceMs={row.startedAtMs} />
      </td>
      <td className="number">{row.turns}</td>
      <td className="number">
        <TurnLatency turn={row.lastTurn} />
      </td>
      <td>
        <Waits tools={row.openTools} />
        {row.recordingFault === null ? null : (
          <RecordingFault label="recording incomplete" fault={row.recordingFault} />
        )}
      </td>
      <td className="number">{row.bargeIns === 0 ? '' : row.bargeIns}</td>
    </tr>
  );
});

/** The tool that is waited for, and how many others are. */
function Waits({ tools }: { readonly tools: readonly string[] }) {
  const [first, ...others] = tools;
  if (first === undefined) return null;
  return (
    <span title={tools.join(', ')}>
      <Badge tone="warning">{first}</Badge>
      {others.length === 0 ? null : <span className="quiet"> +{others.length}</span>}
    </span>
  );
}

/** Who makes a sound: the caller's mark above, the agent's below. */
function Voices({ caller, agentAudio }: { readonly caller: string; readonly agentAudio: string }) {
  const says = [
    caller === 'speaking' ? 'the caller speaks' : '',
    agentAudio === 'playing' ? 'the agent is heard' : '',
    agentAudio === 'held' ? 'the agent is held' : '',
  ].filter((words) => words !== '');
  const words = says.length === 0 ? 'nobody is heard' : says.join(', ');
  return (
    <span className="voices" role="img" aria-label={words} title={words}>
      <span className="voices-caller" data-state={caller} />
      <span className="voices-agent" data-state={agentAudio} />
    </span>
  );
}
