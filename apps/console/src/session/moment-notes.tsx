import type { Replay } from '@antiphon/observability';
import type { Answer } from '../api/use-answer.ts';

/** Which moment the chart shows, and how far it is to be trusted. */
export function MomentNotes({
  isOver,
  isRecorded,
  atMs,
  startedAtMs,
  replay,
  onLive,
}: {
  readonly isOver: boolean;
  readonly isRecorded: boolean;
  /** Milliseconds since the session began; null is the newest moment. */
  readonly atMs: number | null;
  /** When the session began, since the Unix epoch. */
  readonly startedAtMs: number;
  readonly replay: Answer<Replay>;
  readonly onLive: () => void;
}) {
  return (
    <span className="moment">
      {atMs === null ? (
        <span>{isOver ? 'as it ended' : 'live'}</span>
      ) : (
        <>
          <span>at {(atMs / 1000).toFixed(1)} s</span>
          <button type="button" className="button" onClick={onLive}>
            {isOver ? 'To the end' : 'Back to live'}
          </button>
        </>
      )}
      {isRecorded ? <ReplayNotes replay={replay} startedAtMs={startedAtMs} /> : null}
    </span>
  );
}

function ReplayNotes({
  replay: { status, value, error },
  startedAtMs,
}: {
  readonly replay: Answer<Replay>;
  readonly startedAtMs: number;
}) {
  if (value === null) {
    return <span>{status === 'loading' ? 'replaying …' : `not replayed: ${error?.message}`}</span>;
  }
  const { problem, disagreement, recordedVersion, shippedVersion } = value;
  const isOther = recordedVersion !== null && recordedVersion !== shippedVersion;
  return (
    <>
      {isOther ? (
        <span className="bad">
          recorded with machine {recordedVersion}, replayed with {shippedVersion}
        </span>
      ) : null}
      {problem === null ? null : <span className="bad">{problem}</span>}
      {disagreement === null ? null : (
        <span className="bad">
          From {((disagreement.atMs - startedAtMs) / 1000).toFixed(1)} s on the replay goes another
          way: recorded “{disagreement.recorded}”, replayed “{disagreement.replayed}”.
        </span>
      )}
      {problem === null && disagreement === null ? (
        <span>replayed through {value.steps.length} steps, as recorded</span>
      ) : null}
    </>
  );
}
