import { useMemo } from 'react';
import type { Fleet } from '@antiphon/observability';
import { useAnswer } from '../api/use-answer.ts';
import { formatLatency } from '../format/format-duration.ts';
import { formatTime } from '../format/format-time.ts';
import { HOPS } from '../turn/budget.ts';
import { Figure, Figures } from '../ui/figures.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { BargeIns } from './barge-ins.tsx';
import { HandOffs } from './hand-offs.tsx';
import { SlowestTurns } from './slowest-turns.tsx';
import { SpreadChart } from './spread-chart.tsx';
import { shownRange, spreadSeries } from './spread-series.ts';
import type { Figure as Told } from './spread-series.ts';
import { ToolOutcomes } from './tool-outcomes.tsx';
import { Workers } from './workers.tsx';
import './fleet-page.css';

const RELOAD_MS = 15_000;

/** What the turns of the last hour tell, of all sessions together. */
export function FleetPage() {
  const { value, error, reload } = useAnswer<Fleet>('/console/fleet', { everyMs: RELOAD_MS });
  return (
    <Page
      title="Fleet"
      aside={value === null ? null : <>since {formatTime(value.sinceMs)}, an hour at most</>}
    >
      {value === null && error === null ? <Loading what="the last hour" /> : null}
      {value === null && error !== null ? (
        <Failed error={error} what="figures" retry={reload} />
      ) : null}
      {value !== null && error !== null ? (
        <p className="fleet-stale" role="alert">
          These figures are old: {error.message}
        </p>
      ) : null}
      {value === null ? null : <KnownFleet fleet={value} />}
    </Page>
  );
}

function KnownFleet({ fleet }: { readonly fleet: Fleet }) {
  const { turns, tools, bargeIns, handOffs } = fleet;
  return (
    <>
      <Figures>
        <Figure name="turns" value={String(turns)} note="of all agents" />
        <SpreadFigure name="voice to voice" fleet={fleet} figure="voiceToVoice" />
        <SpreadFigure name="post-endpoint" fleet={fleet} figure="postEndpoint" />
        <Figure
          name="barge-ins"
          value={String(bargeIns.cut + bargeIns.falseAlarm)}
          note={`${bargeIns.cut} took the floor`}
        />
        <Figure
          name="escalations"
          value={String(
            sumOf(tools, ({ byEmail }) => byEmail) + sumOf(handOffs, ({ count }) => count),
          )}
          note={`${sumOf(tools, ({ byEmail, handedOff }) => byEmail + handedOff)} of ${sumOf(tools, ({ calls }) => calls)} tool calls`}
        />
      </Figures>
      {turns === 0 ? (
        <Empty title="No turn in the last hour">
          <p>The latencies of turns are drawn here, minute by minute, once agents speak.</p>
        </Empty>
      ) : (
        <Latencies fleet={fleet} />
      )}
      <div className="fleet-pair">
        <Panel title="Slowest turns" note="of the last hour">
          <SlowestTurns turns={fleet.slowest} />
        </Panel>
        <div className="fleet-stack">
          <Panel title="Barge-ins by outcome">
            <BargeIns bargeIns={bargeIns} />
          </Panel>
          <Panel title="Handed to a person">
            <HandOffs handOffs={handOffs} />
          </Panel>
          <Panel title="Sessions per worker">
            <Workers workers={fleet.workers} queue={fleet.queue} />
          </Panel>
        </div>
      </div>
      <Panel title="Tools" note="what came of their calls, and what was passed on">
        <ToolOutcomes tools={fleet.tools} />
      </Panel>
    </>
  );
}

function SpreadFigure({
  name,
  fleet: { hops },
  figure,
}: {
  readonly name: string;
  readonly fleet: Fleet;
  readonly figure: Told;
}) {
  const spread = hops[figure];
  return (
    <Figure
      name={`${name}, p50`}
      value={formatLatency(spread?.p50 ?? null)}
      note={`p95 ${formatLatency(spread?.p95 ?? null)}`}
    />
  );
}

function sumOf<T>(things: readonly T[], figure: (thing: T) => number): number {
  return things.reduce((sum, thing) => sum + figure(thing), 0);
}

function Latencies({ fleet: { minutes, sinceMs, budgetsMs } }: { readonly fleet: Fleet }) {
  const range = useMemo(
    () => shownRange(sinceMs, Math.max(sinceMs, minutes.at(-1)?.atMs ?? 0)),
    [sinceMs, minutes],
  );
  const series = useMemo(
    () => ({
      whole: spreadSeries(minutes, 'voiceToVoice'),
      hops: HOPS.filter((hop) => hop !== 'wait' || minutes.some(({ hops }) => hops.wait)).map(
        (hop) => ({ hop, told: spreadSeries(minutes, hop) }),
      ),
    }),
    [minutes],
  );
  return (
    <Panel
      title="Latency over time"
      note="milliseconds by minute: p50 as a line, up to p95 shaded, the budget dashed"
    >
      <div className="fleet-charts">
        <div className="fleet-whole">
          <SpreadChart
            title="voice to voice"
            series={series.whole}
            range={range}
            color="--accent"
            budgetMs={budgetsMs.voiceToVoice}
            height={230}
          />
        </div>
        <div className="fleet-hops">
          {series.hops.map(({ hop, told }) => (
            <SpreadChart
              key={hop}
              title={hop}
              series={told}
              range={range}
              color={`--${hop}`}
              budgetMs={budgetsMs[hop]}
              height={130}
            />
          ))}
        </div>
      </div>
    </Panel>
  );
}
