import { formatLatency } from '../format/format-duration.ts';
import '../ui/table.css';
import { HOP_MEANING } from './budget.ts';
import { allowedUnexplainedMs } from './waterfall.ts';
import type { Waterfall } from './waterfall.ts';

/** The waterfall in figures, which add up to the whole. */
export function TurnTable({ waterfall }: { readonly waterfall: Waterfall }) {
  const { hops, unexplainedMs, wholeMs, budgetMs, isUnprompted, usual: usualWhole } = waterfall;
  const isUnclear = Math.abs(unexplainedMs) > allowedUnexplainedMs(wholeMs);
  return (
    <div className="table-frame">
      <table className="table turn-table">
        <thead>
          <tr>
            <th scope="col">Hop</th>
            <th scope="col">What it is</th>
            <th scope="col" className="number">
              This turn
            </th>
            <th scope="col" className="number">
              Budget
            </th>
            <th scope="col" className="number">
              p50
            </th>
            <th scope="col" className="number">
              p95
            </th>
          </tr>
        </thead>
        <tbody>
          {hops.map(({ hop, durationMs, budgetMs: hopBudgetMs, usual, isOver }) => (
            <tr key={hop} data-hop={hop}>
              <th scope="row">{hop}</th>
              <td className="quiet">{HOP_MEANING[hop]}</td>
              <td className="number" data-over={isOver}>
                {durationMs === null ? (
                  <span className="quiet" title="The engine does not mark it: the next holds it.">
                    in the next
                  </span>
                ) : (
                  formatLatency(durationMs)
                )}
              </td>
              <td className="number quiet">
                {formatLatency(durationMs === null ? null : hopBudgetMs)}
              </td>
              <td className="number quiet">{formatLatency(usual?.p50 ?? null)}</td>
              <td className="number quiet">{formatLatency(usual?.p95 ?? null)}</td>
            </tr>
          ))}
          <tr data-hop="unexplained">
            <th scope="row">unexplained</th>
            <td className="quiet">what the hops leave over</td>
            <td className="number" data-over={isUnclear}>
              {formatLatency(unexplainedMs)}
            </td>
            <td className="number quiet">{formatLatency(allowedUnexplainedMs(wholeMs))}</td>
            <td />
            <td />
          </tr>
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">whole turn</th>
            <td className="quiet">{isUnprompted ? 'nobody spoke before' : 'voice to voice'}</td>
            <td className="number" data-over={wholeMs > budgetMs}>
              {formatLatency(wholeMs)}
            </td>
            <td className="number">{formatLatency(budgetMs)}</td>
            <td className="number">{formatLatency(usualWhole?.p50 ?? null)}</td>
            <td className="number">{formatLatency(usualWhole?.p95 ?? null)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
