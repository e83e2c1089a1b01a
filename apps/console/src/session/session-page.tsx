import { useSession } from '../feed/use-session.ts';
import { Page } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';

/** One session. */
export function SessionPage({ id }: { readonly id: string }) {
  const { status, session, error, reload } = useSession(id);
  return (
    <Page title={`Session ${id}`}>
      {status === 'loading' ? <Loading what="the session" /> : null}
      {error === null ? null : <Failed error={error} what="session" retry={reload} />}
      {session === null ? null : (
        <Empty title="The chart is not drawn yet">{session.events.length} events are known.</Empty>
      )}
    </Page>
  );
}
