import { memo } from 'react';
import { Link, useLocation } from 'wouter';
import type { SessionRow } from '@antiphon/observability';
import { describeTurn } from '../format/describe-turn.ts';
import { Age } from '../ui/age.tsx';
import { Badge } from '../ui/badge.tsx';
import { Latency } from '../ui/latency.tsx';
import '../ui/table.css';
import { isLink } from './is-link.ts';
import { useRowKeys } from './use-row-keys.ts';

/** The sessions that live. */
export function LiveTable({ rows }: { readonly rows: readonly SessionRow[] }) {
  const { body, current } = useRowKeys(rows);
  return (
    <div className="table-frame">
      <table className="table table-fixed" aria-label="Live sessions">
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
          {rows.map((row) => (
            <LiveLine key={row.id} row={row} isCurrent={row.id === current} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const LiveLine = memo(function LiveLine({
  row,
  isCurrent,
}: {
  readonly row: SessionRow;
  readonly isCurrent: boolean;
}) {
  const [, go] = useLocation();
  const href = `/s/${encodeURIComponent(row.id)}`;
  const turn = describeTurn(row.state.turn);
  return (
    <tr onClick={({ target }) => isLink(target) || go(href)}>
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
      <td>{row.agent}</td>
      <td className="quiet">{row.leg}</td>
      <td className="number">
        <Age sinceMs={row.startedAtMs} />
      </td>
      <td className="number">{row.turns}</td>
      <td className="number">
        <Latency ms={row.lastTurn?.voiceToVoiceMs ?? row.lastTurn?.postEndpointMs ?? null} />
      </td>
      <td>
        <Waits tools={row.openTools} />
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
