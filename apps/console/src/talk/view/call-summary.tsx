import { Link } from 'wouter';
import type { KnownSession } from '../../feed/session-history.ts';
import { formatAge, formatLatency } from '../../format/format-duration.ts';
import { Figure, Figures } from '../../ui/figures.tsx';
import { callFigures } from './call-figures.ts';

/** Reasons for which calls end, in words. */
const REASONS: Readonly<Record<string, string>> = {
  callerLeft: 'you hung up',
  clientEnded: 'you hung up',
  handedOff: 'you were passed on to a person',
  expired: 'its time was over',
  serverStopping: 'the server stopped',
  failed: 'it failed',
};

/** What the call came to, and where it is kept. */
export function CallSummary({ session }: { readonly session: KnownSession }) {
  const { row, events } = session;
  const figures = callFigures(row, events, Date.now());
  const { durationMs, answers, middleMs, slowestMs, interruptions, toolCalls, endReason } = figures;
  return (
    <section className="talk-summary" aria-label="Summary of the call">
      <Figures>
        <Figure
          name="Call"
          value={formatAge(durationMs)}
          note={endReason === null ? 'is ending' : (REASONS[endReason] ?? endReason)}
        />
        <Figure
          name="Answers to speech"
          value={String(answers)}
          note={`${interruptions} interrupted`}
        />
        <Figure
          name="Latency"
          value={formatLatency(middleMs)}
          note={middleMs === null ? 'no answer to speech' : `slowest ${formatLatency(slowestMs)}`}
        />
        <Figure name="Tool calls" value={String(toolCalls)} note="in this call" />
      </Figures>
      <Link href={`/s/${encodeURIComponent(row.id)}`} className="button">
        Open the session
      </Link>
    </section>
  );
}
