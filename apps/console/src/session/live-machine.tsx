import { useMemo } from 'react';
import type { Charts, FeedEvent } from '@antiphon/observability';
import { useAnswer } from '../api/use-answer.ts';
import { Failed, Loading } from '../ui/states.tsx';
import { MachineChart } from './machine-chart.tsx';
import { momentOf } from './session-moment.ts';

/** The machine of a session as it stands now, without notes. */
export default function LiveMachine({ events }: { readonly events: readonly FeedEvent[] }) {
  const { value, error, reload } = useAnswer<Charts>('/console/chart');
  const { states, lastMove } = useMemo(() => momentOf(events, null), [events]);
  if (error !== null) return <Failed error={error} what="chart" retry={reload} />;
  if (value === null) return <Loading what="the chart" />;
  return (
    <MachineChart chart={value.session} states={states} lastMove={lastMove} hasNotes={false} />
  );
}
