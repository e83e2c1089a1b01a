import { useEffect, useMemo, useState } from 'react';
import type { Charts, FeedEvent } from '@antiphon/observability';
import type { Answer } from '../../api/use-answer.ts';
import type { MachineChart } from '../../session/machine-chart.tsx';
import { momentOf } from '../../session/session-moment.ts';

type Loaded = { readonly Chart: typeof MachineChart } | 'loading' | 'failed';

/**
 * The session's machine as it stands: its active states lit, its last change marked. A call goes on
 * without it when it cannot be had.
 */
export function LiveChart({
  charts: { value, error },
  events,
}: {
  readonly charts: Answer<Charts>;
  readonly events: readonly FeedEvent[];
}) {
  const loaded = useMachineChart();
  const { states, lastMoves } = useMemo(() => momentOf(events, null), [events]);
  if (error !== null || loaded === 'failed') {
    return <p className="talk-nothing">The chart could not be loaded.</p>;
  }
  if (value === null || loaded === 'loading') {
    return <p className="talk-nothing">Loading the chart …</p>;
  }
  return (
    <div className="talk-chart">
      <loaded.Chart chart={value.session} states={states} lastMoves={lastMoves} hasNotes={false} />
    </div>
  );
}

/** The chart's layout is large, and no call waits for it. */
function useMachineChart(): Loaded {
  const [loaded, setLoaded] = useState<Loaded>('loading');
  useEffect(() => {
    let isLeft = false;
    import('../../session/machine-chart.tsx').then(
      ({ MachineChart: Chart }) => isLeft || setLoaded({ Chart }),
      () => isLeft || setLoaded('failed'),
    );
    return () => {
      isLeft = true;
    };
  }, []);
  return loaded;
}
