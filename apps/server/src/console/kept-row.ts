import type { SessionRow } from '@antiphon/observability';

/** What was kept at the end of a session; earlier versions lack what rows have by now. */
type KeptRow = Omit<SessionRow, 'recordingFault' | 'tenant'> &
  Partial<Pick<SessionRow, 'recordingFault' | 'tenant'>> & { readonly beside?: unknown };

/** The row of a session in its summary; null where that is none. */
export function keptRow(summary: unknown): SessionRow | null {
  if (!isRow(summary)) return null;
  const { beside: _beside, ...row } = summary;
  return { ...row, tenant: row.tenant ?? null, recordingFault: row.recordingFault ?? null };
}

function isRow(summary: unknown): summary is KeptRow {
  return (
    typeof summary === 'object' &&
    summary !== null &&
    'id' in summary &&
    'startedAtMs' in summary &&
    'state' in summary
  );
}
