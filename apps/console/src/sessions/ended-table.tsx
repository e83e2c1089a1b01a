import { memo } from 'react';
import { Link, useLocation } from 'wouter';
import type { SessionRow } from '@antiphon/observability';
import { endingWords } from '@antiphon/observability/session-endings';
import { formatAge, UNKNOWN } from '../format/format-duration.ts';
import { formatDateTime } from '../format/format-time.ts';
import { TurnLatency } from './turn-latency.tsx';
import '../ui/table.css';
import { isLink } from './is-link.ts';
import { RecordingFault } from '../ui/recording-fault.tsx';
import { useRowKeys } from './use-row-keys.ts';

/** The sessions that ended. */
export function EndedTable({ rows }: { readonly rows: readonly SessionRow[] }) {
  const { body, current } = useRowKeys(rows);
  return (
    <div className="table-frame">
      <table className="table table-fixed" aria-label="Sessions that ended">
        <colgroup>
          <col className="col-time" />
          <col className="col-id" />
          <col className="col-agent" />
          <col className="col-leg" />
          <col className="col-age" />
          <col className="col-count" />
          <col className="col-latency" />
          <col className="col-barge" />
          <col />
          <col className="col-recording" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Ended</th>
            <th scope="col">Session</th>
            <th scope="col">Agent</th>
            <th scope="col">Leg</th>
            <th scope="col" className="number">
              Length
            </th>
            <th scope="col" className="number">
              Turns
            </th>
            <th scope="col" className="number">
              Last turn
            </th>
            <th scope="col" className="number">
              Barge-ins
            </th>
            <th scope="col">How</th>
            <th scope="col">Recording</th>
          </tr>
        </thead>
        <tbody ref={body} className="table-rows">
          {rows.map((row) => (
            <EndedLine key={row.id} row={row} isCurrent={row.id === current} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const EndedLine = memo(function EndedLine({
  row,
  isCurrent,
}: {
  readonly row: SessionRow;
  readonly isCurrent: boolean;
}) {
  const [, go] = useLocation();
  const href = `/s/${encodeURIComponent(row.id)}`;
  const { startedAtMs, endedAtMs } = row;
  const ending = row.endReason === null ? UNKNOWN : endingWords(row.endReason);
  return (
    <tr onClick={({ target }) => isLink(target) || go(href)}>
      <td>{endedAtMs === null ? UNKNOWN : formatDateTime(endedAtMs)}</td>
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
      <td className="number">{endedAtMs === null ? '' : formatAge(endedAtMs - startedAtMs)}</td>
      <td className="number">{row.turns}</td>
      <td className="number">
        <TurnLatency turn={row.lastTurn} />
      </td>
      <td className="number">{row.bargeIns === 0 ? '' : row.bargeIns}</td>
      <td className="quiet" title={ending}>
        {ending}
      </td>
      <td className="quiet">
        {row.recordingFault === null ? (
          row.hasRecording ? (
            'yes'
          ) : (
            'no'
          )
        ) : (
          <RecordingFault label="incomplete" fault={row.recordingFault} />
        )}
      </td>
    </tr>
  );
});
