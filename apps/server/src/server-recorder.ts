import type { RecordingMetrics } from '@antiphon/observability';
import type { Clock } from '@antiphon/session';
import { FileRecorder } from '@antiphon/storage';
import type { Logger } from 'pino';
import { recordingFaultOf } from './console/recording-fault.ts';
import type { SessionBoard } from './console/session-board.ts';
import type { SessionFeed } from './session-feed.ts';

/** What recordings are written onto. */
export type RecordingDisk = NonNullable<ConstructorParameters<typeof FileRecorder>[0]['disk']>;

/** Who is told of recordings. */
export interface ServerRecorderOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: RecordingMetrics;
  readonly board: SessionBoard;
  readonly feedOf: (sessionId: string) => SessionFeed | null;
  /** This machine's file system unless given. */
  readonly disk?: RecordingDisk | undefined;
}

/** Records sessions into a folder, and tells of what is at fault everywhere where one looks. */
export function openServerRecorder(
  folder: string,
  { clock, log, metrics, board, feedOf, disk }: ServerRecorderOptions,
): FileRecorder {
  return new FileRecorder({
    folder,
    clock,
    ...(disk && { disk }),
    onFault: (sessionId, err) => {
      const fault = recordingFaultOf(err);
      board.recordingFaulted(sessionId, fault);
      feedOf(sessionId)?.tell({ type: 'recording', fault }, clock.now());
      if (err === null) {
        log.info({ sessionId }, 'recorded again, and nothing was lost');
        return;
      }
      log.warn({ sessionId, err }, `recording: ${fault}`);
      if (err.code !== 'invalid_argument') metrics.faulted(err.code);
    },
    onLost: (_sessionId, lost) => metrics.lost(lost),
    onAppend: (kind, tookMs) => metrics.appended(kind, tookMs),
  });
}
