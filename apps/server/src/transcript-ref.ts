import type { TranscriptRef } from '@antiphon/observability';

/** The paths under which a session can be read and heard once it has ended, if it is kept. */
export function transcriptRefOf(
  sessionId: string,
  { isKept }: { readonly isKept: boolean },
): TranscriptRef {
  if (!isKept) return { sessionId, events: null, recording: null };
  const folder = `/sessions/${sessionId}`;
  return { sessionId, events: `${folder}/events.jsonl`, recording: `${folder}/recording.wav` };
}
