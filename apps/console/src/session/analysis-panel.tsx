import { useEffect } from 'react';
import type { ReactNode } from 'react';
import type { CallAnalysis, SessionAnalysis } from '@antiphon/observability';
import { useAnswer } from '../api/use-answer.ts';
import { Badge } from '../ui/badge.tsx';
import { Panel } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { clockOf, resolutionTone, scoreTone } from './analysis-tones.ts';
import '../ui/table.css';
import './analysis-panel.css';

/** A worker takes half a minute or more; who waits for it longer may load the page again. */
const ASKED_EVERY_MS = 10_000;
const AWAITED_MS = 15 * 60_000;

/** What a model made of a call that is over: scores, reasons, notes; or that there is nothing. */
export function AnalysisPanel({
  id,
  endedAtMs,
  onPick,
}: {
  readonly id: string;
  readonly endedAtMs: number;
  /** An instant of the call is chosen. */
  readonly onPick: (atMs: number) => void;
}) {
  const path = `/console/sessions/${encodeURIComponent(id)}/analysis`;
  const { value, error, reload } = useAnswer<SessionAnalysis>(path);
  const analysis = value?.analysis ?? null;
  const isAwaited = value?.isOn === true && analysis === null;
  useEffect(() => {
    if (!isAwaited) return undefined;
    const timer = setInterval(() => {
      if (Date.now() - endedAtMs < AWAITED_MS) reload();
    }, ASKED_EVERY_MS);
    return () => clearInterval(timer);
  }, [isAwaited, endedAtMs, reload]);
  return (
    <Panel title="Judged afterwards" note={analysis && <JudgedBy analysis={analysis} />}>
      {value === null && error === null ? <Loading what="what was made of it" /> : null}
      {value === null && error !== null ? (
        <Failed error={error} what="analysis" retry={reload} />
      ) : null}
      {value !== null && analysis === null ? <Nothing id={id} isOn={value.isOn} /> : null}
      {analysis === null ? null : <Judged analysis={analysis} onPick={onPick} />}
    </Panel>
  );
}

function Nothing({ id, isOn }: { readonly id: string; readonly isOn: boolean }) {
  return (
    <Empty title={isOn ? 'Not judged yet' : 'Not judged'}>
      <p>
        {isOn
          ? 'It comes when a worker has had it judged. '
          : 'Calls are not judged by themselves. '}
        By hand: <code>antiphon analyze {id}</code>
      </p>
    </Empty>
  );
}

function JudgedBy({ analysis: { analyst, rubric } }: { readonly analysis: CallAnalysis }) {
  return (
    <>
      by {analyst.provider} ({analyst.answeredBy ?? analyst.model}), rubric {rubric.name}
    </>
  );
}

function Judged({
  analysis,
  onPick,
}: {
  readonly analysis: CallAnalysis;
  readonly onPick: (atMs: number) => void;
}) {
  const { resolution, overall, summary, scores, notes } = analysis;
  return (
    <div className="analysis">
      <p className="analysis-summary">
        <Badge tone={resolutionTone(resolution)}>{resolution}</Badge>
        <Badge tone={scoreTone(overall)}>
          {overall === null ? 'no score' : `${overall.toFixed(1)} of 5`}
        </Badge>
        {summary}
      </p>
      <table className="table analysis-scores">
        <thead>
          <tr>
            <th>dimension</th>
            <th className="number">score</th>
            <th>why</th>
          </tr>
        </thead>
        <tbody>
          {scores.map(({ dimension, asks, score, reason, moments }) => (
            <tr key={dimension}>
              <td title={asks}>{dimension}</td>
              <td className="number">
                <Badge tone={scoreTone(score)}>{score ?? '–'}</Badge>
              </td>
              <td>
                {reason}
                {moments.map(({ atMs, quote }) => (
                  <Moment key={`${atMs} ${quote}`} atMs={atMs} onPick={onPick}>
                    “{quote}”
                  </Moment>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {notes.length === 0 ? null : (
        <ul className="analysis-notes" aria-label="Notes">
          {notes.map(({ atMs, kind, text }) => (
            <li key={`${atMs} ${text}`}>
              <Badge tone={kind}>{kind}</Badge>
              <Moment atMs={atMs} onPick={onPick}>
                {text}
              </Moment>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Words about an instant, which is heard when it is chosen; or about none. */
function Moment({
  atMs,
  onPick,
  children,
}: {
  readonly atMs: number | null;
  readonly onPick: (atMs: number) => void;
  readonly children: ReactNode;
}) {
  return (
    <span className="analysis-moment">
      {atMs === null ? null : (
        <button type="button" className="number" onClick={() => onPick(atMs)}>
          {clockOf(atMs)}
        </button>
      )}
      <span>{children}</span>
    </span>
  );
}
