import { Link } from 'wouter';
import { useSessions } from '../feed/use-sessions.ts';
import { formatLatency } from '../format/format-duration.ts';
import { Badge } from '../ui/badge.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Loading } from '../ui/states.tsx';

/** All sessions. */
export function SessionsPage() {
  const rows = useSessions();
  return (
    <Page title="Sessions">
      {rows === null ? <Loading what="the sessions" /> : null}
      {rows?.length === 0 ? <Empty title="Nobody is calling" /> : null}
      {rows?.map((row) => (
        <Link key={row.id} href={`/s/${row.id}`}>
          {row.id} <Badge>{row.state.turn}</Badge>{' '}
          {formatLatency(row.lastTurn?.voiceToVoiceMs ?? null)}
        </Link>
      ))}
    </Page>
  );
}
