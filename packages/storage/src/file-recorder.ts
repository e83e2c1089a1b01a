import path from 'node:path';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, Recorder, Recording } from '@antiphon/session';
import { FileRecording } from './file-recording.ts';
import { StorageError } from './storage-error.ts';

/** Telephone bandwidth: what was said is clear, and an hour is 115 MB. */
const DEFAULT_SAMPLE_RATE = 8000;

/** How a {@link FileRecorder} records. */
export interface FileRecorderOptions {
  /** Where the folders of the sessions are made. */
  readonly folder: string;
  readonly clock: Clock;
  /** Of the recordings; 8000 unless given. */
  readonly sampleRate?: SampleRate;
  /** Told once per session of the first file that could not be made or written. */
  readonly onFault?: (sessionId: string, error: StorageError) => void;
}

/**
 * Records each session into a folder of its name: `audio.wav`, 16-bit stereo as heard with the
 * caller left and the agent right, on one timeline from the start of the session; and
 * `events.jsonl`, one SessionEvent a line, and at the end one of type `recording.incomplete` with
 * the `lostBytes` when something was lost.
 */
export class FileRecorder implements Recorder {
  readonly #options: FileRecorderOptions;

  constructor(options: FileRecorderOptions) {
    this.#options = options;
  }

  /** Throws `invalid_argument` for an id that cannot name a folder. */
  open(sessionId: string, startedAtMs: number): Recording {
    if (!/^[\w-]{1,128}$/u.test(sessionId)) {
      throw new StorageError(
        'invalid_argument',
        `${JSON.stringify(sessionId)} cannot name a folder; use letters, digits, _ and -`,
      );
    }
    const { folder, clock, sampleRate = DEFAULT_SAMPLE_RATE, onFault } = this.#options;
    return new FileRecording({
      folder: path.join(folder, sessionId),
      startedAtMs,
      sampleRate,
      clock,
      onFault: (cause) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        const problem = `the recording in ${path.join(folder, sessionId)} is incomplete: ${why}`;
        onFault?.(sessionId, new StorageError('write_failed', problem, { cause }));
      },
    });
  }
}
