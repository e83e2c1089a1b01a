import { lazy, Suspense, useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { Link, Route, Switch } from 'wouter';
import { ConsoleError } from './api/console-error.ts';
import { checkLogin, logIn } from './api/log-in.ts';
import { login } from './api/login.ts';
import { SessionsPage } from './sessions/sessions-page.tsx';
import { LoginForm } from './shell/login-form.tsx';
import { Shell } from './shell/shell.tsx';
import { TurnPage } from './turn/turn-page.tsx';
import { Page } from './ui/page.tsx';
import { Empty, Failed, Loading } from './ui/states.tsx';

// What draws charts is by far the largest part of the console, and the first page draws none.
const FleetPage = lazy(() =>
  import('./fleet/fleet-page.tsx').then((file) => ({ default: file.FleetPage })),
);
const SessionPage = lazy(() =>
  import('./session/session-page.tsx').then((file) => ({ default: file.SessionPage })),
);
const TalkPage = lazy(() =>
  import('./talk/talk-page.tsx').then((file) => ({ default: file.TalkPage })),
);

/** The console: the login where one is needed, otherwise the page that the address names. */
export function App({
  linkKey,
}: {
  /** The key that the link to the console carried; null when it carried none. */
  readonly linkKey: string | null;
}) {
  const state = useSyncExternalStore(login.subscribe, login.state);
  const { error, retry } = useLoginCheck(linkKey);
  return (
    <Shell isLoggedIn={state === 'in'}>
      {state === 'out' ? <LoginForm /> : null}
      {state === 'checking' && error === null ? <Loading what="the console" /> : null}
      {state === 'checking' && error !== null ? (
        <Failed error={error} what="console" retry={retry} />
      ) : null}
      {state === 'in' ? <Pages /> : null}
    </Shell>
  );
}

/** Logs in with the key of the link, or finds out whether the browser is logged in already. */
function useLoginCheck(linkKey: string | null) {
  const [error, setError] = useState<ConsoleError | null>(null);
  const [round, setRound] = useState(0);
  const retry = useCallback(() => setRound((known) => known + 1), []);
  useEffect(() => {
    const leaving = new AbortController();
    setError(null);
    const checking = linkKey === null ? checkLogin(leaving.signal) : logIn(linkKey);
    checking.catch((cause: unknown) => {
      if (leaving.signal.aborted || login.state() === 'out') return;
      setError(cause instanceof ConsoleError ? cause : new ConsoleError('failed', String(cause)));
    });
    return () => leaving.abort();
  }, [linkKey, round]);
  return { error, retry };
}

function Pages() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        <Route path="/">
          <SessionsPage />
        </Route>
        <Route path="/s/:id">{({ id }) => <SessionPage key={id} id={id} />}</Route>
        <Route path="/s/:id/turns/:turn">
          {({ id, turn }) => <TurnPage id={id} turn={Number(turn)} />}
        </Route>
        <Route path="/fleet">
          <FleetPage />
        </Route>
        <Route path="/talk">
          <TalkPage />
        </Route>
        <Route>
          <Page title="Not found">
            <Empty title="There is no such page">
              <Link href="/">See the sessions</Link>
            </Empty>
          </Page>
        </Route>
      </Switch>
    </Suspense>
  );
}
