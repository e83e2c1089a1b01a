import type { RecordingMetrics } from '@antiphon/observability';
import type { Clock } from '@antiphon/session';
import { FileRecorder, fileSystem, RecordingOwners, SessionArchive } from '@antiphon/storage';
import type { Logger } from 'pino';
import { recordingFaultOf } from './console/recording-fault.ts';
import type { SessionBoard } from './console/session-board.ts';
import type { SessionFeed } from './session-feed.ts';

/** What recordings are written onto. */
export type RecordingDisk = NonNullable<ConstructorParameters<typeof FileRecorder>[0]['disk']>;

/** A folder of recordings, and who writes there. */
export interface Recordings {
  readonly archive: SessionArchive;
  readonly owners: RecordingOwners;
}

/** The folder, which other servers may share; nobody is told of this one until its owners are opened. */
export function recordingsIn(
  folder: string,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Recordings {
  const onFault = (err: unknown) => {
    if (err === null) log.info('servers that share the data folder are told again of this one');
    else log.warn({ err }, 'servers that share the data folder are not told of this one');
  };
  const owners = new RecordingOwners({ folder, clock, onFault });
  return { archive: new SessionArchive(folder), owners };
}

/** Who is told of recordings. */
export interface ServerRecorderOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: RecordingMetrics;
  readonly board: SessionBoard;
  readonly feedOf: (sessionId: string) => SessionFeed | null;
  /** Who writes recordings of this folder. */
  readonly owners: RecordingOwners;
  /** This machine's file system unless given. */
  readonly disk?: RecordingDisk | undefined;
}

/** Records sessions into a folder, and tells of what is at fault everywhere where one looks. */
export function openServerRecorder(
  folder: string,
  { clock, log, metrics, board, feedOf, owners, disk }: ServerRecorderOptions,
): FileRecorder {
  return new FileRecorder({
    folder,
    clock,
    disk: owners.marking(disk ?? fileSystem),
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
