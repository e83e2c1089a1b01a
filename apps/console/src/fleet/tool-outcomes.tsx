import type { Fleet } from '@antiphon/observability';
import '../ui/table.css';

/** What came of each tool's calls: how many failed, were late, were answered by e-mail, or handed off. */
export function ToolOutcomes({ tools }: Pick<Fleet, 'tools'>) {
  if (tools.length === 0) return <p className="fleet-none">No tool was called.</p>;
  return (
    <div className="table-frame">
      <table className="table" aria-label="Tools">
        <thead>
          <tr>
            <th scope="col">Tool</th>
            <th scope="col">Agent</th>
            <th scope="col" className="number">
              Calls
            </th>
            <th scope="col" className="number">
              Failed
            </th>
            <th scope="col" className="number">
              Over the deadline
            </th>
            <th scope="col" className="number">
              By e-mail
            </th>
            <th scope="col" className="number">
              Handed off
            </th>
            <th scope="col" className="number">
              Escalated
            </th>
          </tr>
        </thead>
        <tbody>
          {tools.map(({ agent, tool, calls, failed, overdue, byEmail, handedOff }) => (
            <tr key={`${agent} ${tool}`}>
              <th scope="row" className="mono tool-name">
                {tool}
              </th>
              <td>{agent}</td>
              <td className="number">{calls}</td>
              <Count count={failed} isBad />
              <Count count={overdue} isBad />
              <Count count={byEmail} />
              <Count count={handedOff} />
              <td className="number">
                {calls === 0 ? '–' : `${((100 * (byEmail + handedOff)) / calls).toFixed(0)} %`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Count({ count, isBad = false }: { readonly count: number; readonly isBad?: boolean }) {
  const tone = count === 0 ? 'quiet' : isBad ? 'bad' : undefined;
  return <td className={tone === undefined ? 'number' : `number ${tone}`}>{count}</td>;
}
