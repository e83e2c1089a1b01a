import { useEffect, useMemo, useRef } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { SessionRow } from '@antiphon/observability';
import { useSessions } from '../feed/use-sessions.ts';
import { Page } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { EndedTable } from './ended-table.tsx';
import { LiveTable } from './live-table.tsx';
import { agentsOf, endedRows, filterOf, filterRows, paramsOf } from './session-filter.ts';
import type { SessionFilter } from './session-filter.ts';
import { SessionToolbar } from './session-toolbar.tsx';
import { useEnded } from './use-ended.ts';
import './sessions-page.css';

const NONE: readonly SessionRow[] = [];

/** All sessions: those that live, as they go on, and those that ended, as long as they are kept. */
export function SessionsPage() {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => filterOf(params), [params]);
  const rows = useSessions();
  const ended = useEnded(filter.isEnded, filter.search);
  const known = useMemo(
    () => (filter.isEnded ? endedRows(ended.rows ?? NONE, rows ?? NONE) : (rows ?? NONE)),
    [filter.isEnded, ended.rows, rows],
  );
  const shown = useMemo(() => filterRows(known, filter), [known, filter]);
  const live = useMemo(() => filterRows(rows ?? NONE, EVERYTHING_LIVE), [rows]);
  const search = useSearchKey();
  const change = (differs: Partial<SessionFilter>): void =>
    setParams(paramsOf({ ...filter, ...differs }), { replace: true });

  return (
    <Page title="Sessions" aside={rows === null ? null : <Counts live={live} />}>
      <SessionToolbar
        filter={filter}
        agents={agentsOf(known)}
        liveCount={rows === null ? null : live.length}
        search={search}
        change={change}
      />
      {filter.isEnded ? (
        <Ended ended={ended} shown={shown} />
      ) : (
        <Live rows={rows} live={live.length} shown={shown} />
      )}
    </Page>
  );
}

const EVERYTHING_LIVE: SessionFilter = { isEnded: false, search: '', agent: '', turn: '' };

function Live({
  rows,
  live,
  shown,
}: {
  readonly rows: readonly SessionRow[] | null;
  readonly live: number;
  readonly shown: readonly SessionRow[];
}) {
  if (rows === null) return <Loading what="the sessions" />;
  if (live === 0) {
    return (
      <Empty title="Nobody is calling">
        <p>
          Sessions appear here as they begin. <Link href="/talk">Talk to one of the agents</Link>,
          or run <code>npx antiphon call acme-support</code>.
        </p>
      </Empty>
    );
  }
  if (shown.length === 0) return <Empty title="No live session is like that" />;
  return <LiveTable rows={shown} />;
}

function Ended({
  ended,
  shown,
}: {
  readonly ended: ReturnType<typeof useEnded>;
  readonly shown: readonly SessionRow[];
}) {
  if (ended.rows === null && ended.error !== null) {
    return <Failed error={ended.error} what="sessions" retry={ended.reload} />;
  }
  if (ended.rows === null) return <Loading what="the sessions that ended" />;
  return (
    <>
      {shown.length === 0 ? (
        <Empty title="No session that ended is kept">
          <p>Sessions stay here for a while after their end.</p>
        </Empty>
      ) : (
        <EndedTable rows={shown} />
      )}
      {ended.error === null ? null : (
        <p className="sessions-problem" role="alert">
          {ended.error.message}
        </p>
      )}
      {ended.more === null ? null : (
        <button type="button" className="button sessions-more" onClick={ended.more}>
          Show more
        </button>
      )}
    </>
  );
}

function Counts({ live }: { readonly live: readonly SessionRow[] }) {
  const waiting = live.filter(({ openTools }) => openTools.length > 0).length;
  const speaking = live.filter(({ state }) => state.caller === 'speaking').length;
  return (
    <dl className="sessions-counts">
      <div>
        <dt>live</dt>
        <dd>{live.length}</dd>
      </div>
      <div>
        <dt>{speaking === 1 ? 'caller speaks' : 'callers speak'}</dt>
        <dd>{speaking}</dd>
      </div>
      <div>
        <dt>{waiting === 1 ? 'waits for a tool' : 'wait for tools'}</dt>
        <dd>{waiting}</dd>
      </div>
    </dl>
  );
}

/** The search field, which `/` leads to from anywhere on the page. */
function useSearchKey() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, []);
  return field;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea');
}
