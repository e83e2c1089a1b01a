import type { Fleet } from '@antiphon/observability';
import { useAnswer } from '../api/use-answer.ts';
import { Page } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';

/** What the turns of the last hour tell. */
export function FleetPage() {
  const { status, value, error, reload } = useAnswer<Fleet>('/console/fleet');
  return (
    <Page title="Fleet">
      {status === 'loading' ? <Loading what="the last hour" /> : null}
      {error === null ? null : <Failed error={error} what="fleet" retry={reload} />}
      {value === null ? null : <Empty title={`${value.turns} turns`} />}
    </Page>
  );
}
