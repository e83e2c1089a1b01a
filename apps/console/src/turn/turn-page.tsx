import { useSession } from '../feed/use-session.ts';
import { Page } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';

/** Where the milliseconds of one turn went. */
export function TurnPage({ id, turn }: { readonly id: string; readonly turn: number }) {
  const { status, session, error, reload } = useSession(id);
  return (
    <Page title={`Turn ${turn}`}>
      {status === 'loading' ? <Loading what="the turn" /> : null}
      {error === null ? null : <Failed error={error} what="session" retry={reload} />}
      {session === null ? null : <Empty title="The waterfall is not drawn yet" />}
    </Page>
  );
}
