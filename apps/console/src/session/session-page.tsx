import { useMemo } from 'react';
import type { Charts, Replay, Waveform } from '@antiphon/observability';
import { endingWords } from '@antiphon/observability/session-endings';
import { useAnswer } from '../api/use-answer.ts';
import type { KnownSession } from '../feed/session-history.ts';
import { useSession } from '../feed/use-session.ts';
import { describeUsage } from '../format/describe-usage.ts';
import { formatLatency } from '../format/format-duration.ts';
import { formatTime } from '../format/format-time.ts';
import { Figure, Figures } from '../ui/figures.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { useNow } from '../ui/use-now.ts';
import { AnalysisPanel } from './analysis-panel.tsx';
import { MachineChart } from './machine-chart.tsx';
import { MomentNotes } from './moment-notes.tsx';
import { PendingCalls } from './pending-calls.tsx';
import { momentOf, momentOfStep, stepAt } from './session-moment.ts';
import { TimelineView } from './timeline-view.tsx';
import { timelineOf } from './timeline-model.ts';
import { Transcript } from './transcript.tsx';
import { usePlayer } from './use-player.ts';
import './session-page.css';

const NO_STEPS: Replay['steps'] = [];

/** One session: its machine, what was said and done along its time, and its recording. */
export function SessionPage({ id }: { readonly id: string }) {
  const { session, error, reload } = useSession(id);
  return (
    <Page
      title={`Session ${id}`}
      heading={
        <>
          Session <span className="mono session-id">{id}</span>
        </>
      }
    >
      {session === null && error === null ? <Loading what="the session" /> : null}
      {error === null ? null : <Failed error={error} what="session" retry={reload} />}
      {session === null ? null : <Known session={session} />}
    </Page>
  );
}

function Known({ session }: { readonly session: KnownSession }) {
  const { row, events, isPartial, recordingMs } = session;
  const { id } = row;
  const isOver = row.endedAtMs !== null;
  const isRecorded = isOver && recordingMs !== null;
  const canBeHeard = isRecorded && recordingMs > 0;
  const path = `/console/sessions/${encodeURIComponent(id)}`;
  const charts = useAnswer<Charts>('/console/chart');
  const replay = useAnswer<Replay>(isRecorded ? `${path}/replay` : null);
  const waveform = useAnswer<Waveform>(isRecorded ? `${path}/waveform?points=4000` : null);
  const player = usePlayer(canBeHeard ? `/sessions/${encodeURIComponent(id)}/recording.wav` : null);
  const now = useNow();
  const endAtMs = row.endedAtMs ?? Math.max(now, events.at(-1)?.atMs ?? 0);
  const timeline = useMemo(
    () => timelineOf(events, { startAtMs: row.startedAtMs, endAtMs }),
    [events, row.startedAtMs, endAtMs],
  );
  const used = useMemo(() => describeUsage(events), [events]);
  const shownAtMs = player.atMs === null ? null : row.startedAtMs + player.atMs;
  const steps = replay.value?.steps ?? NO_STEPS;
  const step = shownAtMs === null ? steps.length - 1 : stepAt(steps, shownAtMs);
  // A replay that could not go on says nothing of what came after it.
  const isReplayed =
    replay.value?.problem === null ||
    (shownAtMs !== null && shownAtMs <= (steps.at(-1)?.atMs ?? 0));
  const moment = useMemo(
    () => (isReplayed ? momentOfStep(steps, step) : null) ?? momentOf(events, shownAtMs),
    [isReplayed, steps, step, events, shownAtMs],
  );
  return (
    <>
      <Figures>
        <Figure
          name="state"
          value={isOver ? endedInWords(row.endReason) : row.state.turn}
          note={`${row.agent}${row.tenant === null ? '' : ` · ${row.tenant}`} · ${row.leg}${row.pipeline === '' ? '' : ` · ${row.pipeline}`}`}
        />
        <Figure
          name={isOver ? 'lasted' : 'for'}
          value={formatLatency(endAtMs - row.startedAtMs)}
          note={`since ${formatTime(row.startedAtMs)}`}
        />
        <Figure
          name="turns"
          value={String(row.turns)}
          note={row.bargeIns === 1 ? '1 barge-in' : `${row.bargeIns} barge-ins`}
        />
        <Figure
          name="last turn"
          value={
            typeof row.lastTurn?.voiceToVoiceMs === 'number'
              ? formatLatency(row.lastTurn.voiceToVoiceMs)
              : '–'
          }
          note="voice to voice"
        />
        {used === null ? null : <Figure name="cost" value={used.cost} note={used.note} />}
      </Figures>
      <Panel
        title="Machine"
        note={
          <MomentNotes
            isOver={isOver}
            atMs={player.atMs}
            startedAtMs={row.startedAtMs}
            replay={replay}
            isRecorded={isRecorded}
            onLive={() => player.pick(null)}
          />
        }
      >
        {charts.value === null ? (
          charts.error === null ? (
            <Loading what="the chart" />
          ) : (
            <Failed error={charts.error} what="chart" retry={charts.reload} />
          )
        ) : (
          <>
            <MachineChart
              chart={charts.value.session}
              states={moment.states}
              lastMoves={moment.lastMoves}
            />
            <PendingCalls
              chart={charts.value.toolCall}
              calls={moment.calls}
              tools={timeline.tools}
              atMs={player.atMs ?? timeline.lengthMs}
            />
          </>
        )}
      </Panel>
      <Panel
        title="Timeline"
        note={
          <span className="timeline-note">
            {isPartial ? 'its beginning is forgotten · ' : ''}
            {row.recordingFault === null
              ? ''
              : `the recording is incomplete: ${row.recordingFault} · `}
            {player.problem ?? (canBeHeard ? 'click to hear it from there' : 'click to look back')}
            {player.isPlaying ? (
              <button type="button" className="button" onClick={player.pause}>
                Pause
              </button>
            ) : null}
          </span>
        }
      >
        <TimelineView
          id={id}
          timeline={timeline}
          waveform={waveform.value}
          withoutSound={whyNoSound({
            isOver,
            recordingMs,
            row,
            waveform,
          })}
          atMs={player.atMs}
          isLive={!isOver}
          cursor={player.cursor}
          onPick={player.pick}
        />
      </Panel>
      <Panel title="Transcript">
        {timeline.lines.length === 0 ? (
          <Empty title="Nothing was said yet" />
        ) : (
          <Transcript lines={timeline.lines} atMs={player.atMs} onPick={player.pick} />
        )}
      </Panel>
      {row.endedAtMs === null || !row.hasRecording ? null : (
        <AnalysisPanel id={id} endedAtMs={row.endedAtMs} onPick={player.pick} />
      )}
      {isReplayed && steps.length > 0 ? <Context step={steps[Math.max(0, step)]!.context} /> : null}
    </>
  );
}

function endedInWords(reason: string | null): string {
  return reason === null ? 'ended' : `ended: ${endingWords(reason)}`;
}

function whyNoSound({
  isOver,
  recordingMs,
  row: { hasRecording, recordingFault, endReason },
  waveform: { error, value },
}: {
  readonly isOver: boolean;
  readonly recordingMs: number | null;
  readonly row: KnownSession['row'];
  readonly waveform: Pick<ReturnType<typeof useAnswer<Waveform>>, 'error' | 'value'>;
}): string {
  if (!hasRecording) return 'not recorded: it cannot be heard or replayed';
  if (!isOver) return 'shown once the call is over';
  const nothing = `no sound was recorded${recordingFault === null ? '' : `: ${recordingFault}`}`;
  if (recordingMs === 0) return nothing;
  if (recordingMs === null) {
    const isGone = endReason === 'crashed' || recordingFault !== null;
    return isGone ? nothing : 'the recording is being completed …';
  }
  if (error !== null) return `cannot be shown: ${error.message}`;
  return value === null ? 'loading …' : nothing;
}

/** What the machine knew at the moment shown. */
function Context({ step }: { readonly step: Readonly<Record<string, unknown>> }) {
  return (
    <details className="panel context">
      <summary>Context of the machine at this moment</summary>
      <table>
        <tbody>
          {Object.entries(step).map(([name, value]) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td className="mono">{JSON.stringify(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
