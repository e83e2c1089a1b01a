import { useMemo } from 'react';
import { Link } from 'wouter';
import type { FeedEvent, Fleet, TurnReport } from '@antiphon/observability';
import { useAnswer } from '../api/use-answer.ts';
import { useSession } from '../feed/use-session.ts';
import type { KnownSession } from '../feed/session-history.ts';
import { formatLatency } from '../format/format-duration.ts';
import { formatTime } from '../format/format-time.ts';
import { Figure, Figures } from '../ui/figures.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { TraceId } from './trace-id.tsx';
import { turnsOf } from './turns-of-session.ts';
import { TurnLinks } from './turn-links.tsx';
import { TurnTable } from './turn-table.tsx';
import { WaterfallChart } from './waterfall-chart.tsx';
import { waterfallOf } from './waterfall.ts';
import './turn-page.css';

/** Where the milliseconds of one turn went, beside what is usual. */
export function TurnPage({ id, turn }: { readonly id: string; readonly turn: number }) {
  const { session, error, reload } = useSession(id);
  return (
    <Page
      title={`Turn ${turn}`}
      heading={
        <>
          <Link href={`/s/${encodeURIComponent(id)}`} className="crumb">
            Session <span className="mono">{id}</span>
          </Link>
          <span className="crumb-turn">Turn {turn}</span>
        </>
      }
      aside={session === null ? null : <TurnLinks id={id} turn={turn} events={session.events} />}
    >
      {session === null && error === null ? <Loading what="the turn" /> : null}
      {session === null && error !== null ? (
        <Failed error={error} what="session" retry={reload} />
      ) : null}
      {session === null ? null : <KnownTurn session={session} turn={turn} />}
    </Page>
  );
}

function KnownTurn({ session, turn }: { readonly session: KnownSession; readonly turn: number }) {
  const { events, row, isPartial } = session;
  const turns = useMemo(() => turnsOf(events), [events]);
  const known = turns.find(({ report }) => report.turn === turn);
  const fleet = useAnswer<Fleet>('/console/fleet');
  if (known === undefined) {
    return (
      <Empty title={`Turn ${turn} is not known`}>
        <p>{whyUnknown({ turn, turns, isPartial, isEnded: row.endedAtMs !== null })}</p>
      </Empty>
    );
  }
  const waterfall = waterfallOf(known.report, fleet.value?.hops ?? null);
  return (
    <>
      <Figures>
        <Figure
          name={waterfall.isUnprompted ? 'asked for → first audio' : 'voice to voice'}
          value={formatLatency(waterfall.wholeMs)}
          tone={waterfall.wholeMs > waterfall.budgetMs ? 'bad' : 'plain'}
          note={`budget ${formatLatency(waterfall.budgetMs)}`}
        />
        <Figure
          name="post-endpoint"
          value={formatLatency(known.report.postEndpointMs)}
          note="turn known to be over → first audio"
        />
        <Figure
          name="unexplained"
          value={formatLatency(waterfall.unexplainedMs)}
          note={`of ${formatLatency(waterfall.wholeMs)}`}
        />
        <Figure name="at" value={formatTime(known.atMs)} note={row.agent} />
        <TraceId traceId={known.traceId} />
      </Figures>
      <Words events={events} report={known.report} />
      <Panel title="Waterfall" note={<Usual fleet={fleet} />}>
        <WaterfallChart waterfall={waterfall} />
      </Panel>
      <Panel title="In figures">
        <TurnTable waterfall={waterfall} />
      </Panel>
    </>
  );
}

function whyUnknown({
  turn,
  turns,
  isPartial,
  isEnded,
}: {
  readonly turn: number;
  readonly turns: ReturnType<typeof turnsOf>;
  readonly isPartial: boolean;
  readonly isEnded: boolean;
}): string {
  const first = turns[0]?.report.turn;
  const last = turns.at(-1)?.report.turn;
  if (isPartial && (first === undefined || turn < first)) {
    return 'The events of the session’s beginning are forgotten, and this turn with them.';
  }
  if (isEnded) return `The session ended after turn ${last ?? 0}.`;
  return 'It has not been spoken yet. It appears here when it has.';
}

/** What was said in the turn: the caller's words, and what the caller heard. */
function Words({
  events,
  report,
}: {
  readonly events: readonly FeedEvent[];
  readonly report: TurnReport;
}) {
  const asked = textOfItem(events, report.itemId);
  return asked === null ? null : (
    <p className="turn-words">
      <span className="quiet">The caller said</span> “{asked}”
    </p>
  );
}

function textOfItem(events: readonly FeedEvent[], itemId: string | null): string | null {
  if (itemId === null) return null;
  const item = events.findLast((event) => event.type === 'item' && event.itemId === itemId);
  return item?.type === 'item' ? item.text : null;
}

function Usual({ fleet }: { readonly fleet: ReturnType<typeof useAnswer<Fleet>> }) {
  if (fleet.status === 'loading') return 'loading what is usual …';
  if (fleet.value === null) return `without comparison: ${fleet.error?.message ?? ''}`;
  if (fleet.value.turns === 0) return 'no other turns in the last hour';
  return `beside p50 and p95 of ${fleet.value.turns} turns since ${formatTime(fleet.value.sinceMs)}`;
}
