import type { Spread } from '@antiphon/observability';
import { formatLatency, UNKNOWN } from '../format/format-duration.ts';
import { axisTicks } from './waterfall.ts';
import type { Waterfall, WaterfallHop } from './waterfall.ts';
import './waterfall-chart.css';

/**
 * The hops of a turn one under the other, each from where the one before ends. The line marks the
 * budget; the outline of each hop its own part of it, the whiskers what is usual.
 */
export function WaterfallChart({ waterfall }: { readonly waterfall: Waterfall }) {
  const { hops, endMs, budgetMs, wholeMs, unexplainedMs, usual: usualWhole } = waterfall;
  const place = (ms: number): string => `${((ms / endMs) * 100).toFixed(3)}%`;
  const reachedMs = hops.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  const restFromMs = unexplainedMs < 0 ? reachedMs + unexplainedMs : reachedMs;
  return (
    <figure className="waterfall" aria-label={describe(waterfall)}>
      <div className="waterfall-axis" aria-hidden="true">
        <span />
        <div className="waterfall-lane">
          {axisTicks(endMs).map((ms) => (
            <span key={ms} className="waterfall-tick" style={{ insetInlineStart: place(ms) }}>
              {ms}
            </span>
          ))}
          <span className="waterfall-limit" style={{ insetInlineStart: place(budgetMs) }}>
            budget {budgetMs} ms
          </span>
        </div>
        <span />
      </div>
      <div className="waterfall-rows" aria-hidden="true">
        <div className="waterfall-grid">
          <span />
          <div className="waterfall-lane">
            {axisTicks(endMs).map((ms) => (
              <span key={ms} className="waterfall-line" style={{ insetInlineStart: place(ms) }} />
            ))}
            <span
              className="waterfall-line waterfall-budget"
              style={{ insetInlineStart: place(budgetMs) }}
            />
          </div>
          <span />
        </div>
        {hops.map((hop) => (
          <HopRow key={hop.hop} hop={hop} place={place} />
        ))}
        {Math.abs(unexplainedMs) < 0.05 ? null : (
          <div className="waterfall-row" data-hop="unexplained">
            <span className="waterfall-name">unexplained</span>
            <div className="waterfall-lane">
              <span
                className="waterfall-bar"
                style={{
                  insetInlineStart: place(restFromMs),
                  inlineSize: place(Math.abs(unexplainedMs)),
                }}
              />
            </div>
            <span className="waterfall-ms">{formatLatency(unexplainedMs)}</span>
          </div>
        )}
        <div className="waterfall-row waterfall-sum" data-over={wholeMs > budgetMs}>
          <span className="waterfall-name">whole turn</span>
          <div className="waterfall-lane">
            {hops.map(({ hop, fromMs, durationMs }) =>
              durationMs === null || durationMs === 0 ? null : (
                <span
                  key={hop}
                  className="waterfall-bar"
                  data-hop={hop}
                  style={{ insetInlineStart: place(fromMs), inlineSize: place(durationMs) }}
                />
              ),
            )}
            {Math.abs(unexplainedMs) < 0.05 ? null : (
              <span
                className="waterfall-bar"
                data-hop="unexplained"
                style={{
                  insetInlineStart: place(restFromMs),
                  inlineSize: place(Math.abs(unexplainedMs)),
                }}
              />
            )}
            {usualWhole === null ? null : <Usual spread={usualWhole} fromMs={0} place={place} />}
          </div>
          <span className="waterfall-ms">{formatLatency(wholeMs)}</span>
        </div>
      </div>
      <figcaption className="waterfall-key">
        <span>
          <i className="waterfall-key-bar" /> this turn
        </span>
        <span>
          <i className="waterfall-key-budget" /> the hop’s part of the budget
        </span>
        <span>
          <i className="waterfall-key-usual" /> p50 to p95 of the last hour
        </span>
        <span>milliseconds since the caller’s last sound</span>
      </figcaption>
    </figure>
  );
}

function HopRow({
  hop: { hop, fromMs, durationMs, budgetMs, isOver, usual },
  place,
}: {
  readonly hop: WaterfallHop;
  readonly place: (ms: number) => string;
}) {
  return (
    <div className="waterfall-row" data-hop={hop} data-over={isOver}>
      <span className="waterfall-name">{hop}</span>
      <div className="waterfall-lane">
        {durationMs === null ? null : (
          <span
            className="waterfall-share"
            style={{ insetInlineStart: place(fromMs), inlineSize: place(budgetMs) }}
          />
        )}
        {durationMs === null ? null : (
          <span
            className="waterfall-bar"
            style={{ insetInlineStart: place(fromMs), inlineSize: place(durationMs) }}
          />
        )}
        {usual === null || durationMs === null ? null : (
          <Usual spread={usual} fromMs={fromMs} place={place} />
        )}
      </div>
      <span className="waterfall-ms">
        {durationMs === null ? UNKNOWN : formatLatency(durationMs)}
      </span>
    </div>
  );
}

/** From p50 to p95 of what is usual. */
function Usual({
  spread: { p50, p95 },
  fromMs,
  place,
}: {
  readonly spread: Spread;
  readonly fromMs: number;
  readonly place: (ms: number) => string;
}) {
  return (
    <span
      className="waterfall-usual"
      style={{
        insetInlineStart: place(fromMs + p50),
        inlineSize: place(Math.max(0, p95 - p50)),
      }}
    />
  );
}

function describe({ hops, wholeMs, budgetMs }: Waterfall): string {
  const parts = hops.map(({ hop, durationMs }) =>
    durationMs === null ? `${hop} is part of the next` : `${hop} ${formatLatency(durationMs)}`,
  );
  const verdict = wholeMs > budgetMs ? 'over' : 'within';
  return `${formatLatency(wholeMs)}, ${verdict} the budget of ${budgetMs} ms: ${parts.join(', ')}`;
}
