import type { Fleet } from '@antiphon/observability';

/** What came of the callers who spoke over the agent. */
export function BargeIns({ bargeIns: { cut, falseAlarm } }: Pick<Fleet, 'bargeIns'>) {
  const all = cut + falseAlarm;
  if (all === 0) return <p className="fleet-none">Nobody spoke over an agent.</p>;
  const part = (count: number): string => `${((count / all) * 100).toFixed(0)} %`;
  return (
    <div className="barge-ins">
      <div className="barge-ins-bar" aria-hidden="true">
        <span className="barge-ins-cut" style={{ flexGrow: cut }} />
        <span className="barge-ins-false" style={{ flexGrow: falseAlarm }} />
      </div>
      <dl>
        <div>
          <dt>
            <i className="barge-ins-cut" /> took the floor
          </dt>
          <dd>
            {cut} <span className="quiet">{part(cut)}</span>
          </dd>
        </div>
        <div>
          <dt>
            <i className="barge-ins-false" /> false alarm, the agent went on
          </dt>
          <dd>
            {falseAlarm} <span className="quiet">{part(falseAlarm)}</span>
          </dd>
        </div>
      </dl>
    </div>
  );
}
