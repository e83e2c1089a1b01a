import { lazy, Suspense, useMemo } from 'react';
import type { Charts, FeedEvent } from '@antiphon/observability';
import { useAnswer } from '../../api/use-answer.ts';
import { momentOf } from '../../session/session-moment.ts';
import { Failed, Loading } from '../../ui/states.tsx';

// The chart's layout is large, and a call need not wait for it.
const MachineChart = lazy(() =>
  import('../../session/machine-chart.tsx').then((file) => ({ default: file.MachineChart })),
);

/** The session's machine as it stands: its active states lit, its last change marked. */
export function LiveChart({ events }: { readonly events: readonly FeedEvent[] }) {
  const { value, error, reload } = useAnswer<Charts>('/console/chart');
  const { states, lastMove } = useMemo(() => momentOf(events, null), [events]);
  if (error !== null) return <Failed error={error} what="chart" retry={reload} />;
  if (value === null) return <Loading what="the chart" />;
  return (
    <div className="talk-chart">
      <Suspense fallback={<Loading what="the chart" />}>
        <MachineChart chart={value.session} states={states} lastMove={lastMove} />
      </Suspense>
    </div>
  );
}
