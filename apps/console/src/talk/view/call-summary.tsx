import { Link } from 'wouter';
import { endingWords } from '@antiphon/observability/session-endings';
import type { KnownSession } from '../../feed/session-history.ts';
import { formatAge, formatLatency } from '../../format/format-duration.ts';
import { Figure, Figures } from '../../ui/figures.tsx';
import { callFigures } from './call-figures.ts';

/** What the call came to, and where it is kept. */
export function CallSummary({ session }: { readonly session: KnownSession }) {
  const { row, events, recordingMs } = session;
  const figures = callFigures(row, events, Date.now());
  const { durationMs, answers, middleMs, slowestMs, interruptions, toolCalls, endReason } = figures;
  return (
    <section className="talk-summary" aria-label="Summary of the call">
      <Figures>
        <Figure
          name="Call"
          value={formatAge(durationMs)}
          note={endReason === null ? 'is ending' : endingWords(endReason, 'toCaller')}
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
      {recordingMs === null ? null : (
        <>
          <a href={fileOf(row.id, 'recording.wav')} download={`${row.id}.wav`}>
            Recording
          </a>
          <a href={fileOf(row.id, 'events.jsonl')} download={`${row.id}.jsonl`}>
            Event log
          </a>
        </>
      )}
    </section>
  );
}

function fileOf(id: string, name: string): string {
  return `/sessions/${encodeURIComponent(id)}/${name}`;
}
