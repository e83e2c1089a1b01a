import { Link } from 'wouter';
import type { FeedEvent } from '@antiphon/observability';
import { formatLatency } from '../../format/format-duration.ts';
import { budgetMsOf, HOPS } from '../../turn/budget.ts';
import { turnsOf } from '../../turn/turns-of-session.ts';

/** Where the milliseconds of the last answer went; the bar is as wide as the budget, or the turn. */
export function LastTurn({
  sessionId,
  events,
  opensBeside,
}: {
  readonly sessionId: string;
  readonly events: readonly FeedEvent[];
  /** Its page opens in a tab of its own. */
  readonly opensBeside: boolean;
}) {
  // A greeting answers nobody: there is nothing that it is measured from.
  const last = turnsOf(events).findLast(({ report }) => report.itemId !== null);
  if (last === undefined) {
    return <p className="talk-nothing">From your last sound to the first sound of the answer.</p>;
  }
  const { turn, hops, voiceToVoiceMs, postEndpointMs } = last.report;
  const wholeMs = voiceToVoiceMs ?? postEndpointMs;
  const budgetMs = budgetMsOf(last.report);
  const widthMs = Math.max(budgetMs, wholeMs);
  const shown = HOPS.flatMap((hop) => {
    const durationMs = hops[hop] ?? null;
    return durationMs === null ? [] : [{ hop, durationMs }];
  });
  return (
    <div className="talk-turn">
      <p className="talk-turn-head">
        <strong data-over={wholeMs > budgetMs}>{formatLatency(wholeMs)}</strong>
        <Link
          href={`/s/${encodeURIComponent(sessionId)}/turns/${turn}`}
          target={opensBeside ? '_blank' : undefined}
        >
          Turn {turn}
        </Link>
      </p>
      <div className="talk-bar" aria-hidden="true">
        {shown.map(({ hop, durationMs }) => (
          <span
            key={hop}
            data-hop={hop}
            style={{ inlineSize: `${(100 * durationMs) / widthMs}%` }}
          />
        ))}
      </div>
      <ul className="talk-hops" aria-label="Hops">
        {shown.map(({ hop, durationMs }) => (
          <li key={hop} data-hop={hop}>
            {hop} <span>{formatLatency(durationMs)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
