import type { SessionRow } from '@antiphon/observability';
import type { SessionEnding } from '@antiphon/observability/session-endings';
import type { ArchivedSession, RecordingOwners, SessionArchive } from '@antiphon/storage';
import { firstRow, rowAfter } from './session-row.ts';

/** The end of a session that the end of its process was. */
export const CRASHED: SessionEnding = 'crashed';

/** What is wrong with its recording. */
const DIED = 'the process died: the last seconds are missing';
/** The same where the session had ended, and what lists show of it could not be kept. */
const NOT_ALL_WRITTEN = 'not all of it could be written';

/**
 * Completes the recording of a session whose process ended before it did, as far as it goes; answers
 * with its row, which is kept, or null where nothing can be read. Another process may do the same at
 * the same time: that makes no difference.
 */
export async function completeCrashed(
  { id, changedAtMs }: ArchivedSession,
  { archive, owners }: { readonly archive: SessionArchive; readonly owners: RecordingOwners },
): Promise<SessionRow | null> {
  const events = await archive.events(id);
  const started = events?.find(({ type }) => type === 'session.started');
  if (!events || started?.type !== 'session.started') return null;
  const begun = firstRow({
    id,
    tenant: started.tenant ?? null,
    agent: started.agent,
    leg: 'realtime',
    pipeline: '',
    startedAtMs: started.atMs,
    hasRecording: true,
  });
  const isCut = await archive.completeSound(id);
  const hasEnd = events.some(({ type }) => type === 'session.ended');
  const row: SessionRow = {
    ...events.reduce(rowAfter, begun),
    endedAtMs: events.at(-1)?.atMs ?? changedAtMs,
    endReason: CRASHED,
    openTools: [],
    recordingFault: isCut || !hasEnd ? DIED : NOT_ALL_WRITTEN,
  };
  const isKept = await archive.keepSummary(id, row).then(
    () => true,
    () => false,
  );
  if (isKept) await owners.release(id);
  return row;
}
