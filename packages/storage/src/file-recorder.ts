import path from 'node:path';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, Recorder, Recording } from '@antiphon/session';
import { BLOCK_MS, BLOCKS_A_WRITE, FileRecording, FRAME_BYTES } from './file-recording.ts';
import type { AppendKind } from './file-recording.ts';
import { fileSystem } from './recording-disk.ts';
import type { RecordingDisk } from './recording-disk.ts';
import { RecordingWriter } from './recording-writer.ts';
import { SampleBlocks } from './sample-blocks.ts';
import { StorageError } from './storage-error.ts';
import { ToldEvents } from './told-events.ts';

/** Telephone bandwidth: what was said is clear, and an hour is 115 MB. */
const DEFAULT_SAMPLE_RATE = 8000;

/** How a {@link FileRecorder} records. */
export interface FileRecorderOptions {
  /** Where the folders of the sessions are made. */
  readonly folder: string;
  readonly clock: Clock;
  /** Of the recordings; 8000 unless given. */
  readonly sampleRate?: SampleRate;
  /** This machine's file system unless given. */
  readonly disk?: RecordingDisk;
  /**
   * Told when a recording cannot be written or something of it is lost, once for each kind of fault;
   * and with null when all is written after all.
   */
  readonly onFault?: (sessionId: string, fault: StorageError | null) => void;
  /** Told of bytes that are lost for good; `isFirst` once in a session. */
  readonly onLost?: (sessionId: string, lost: { bytes: number; isFirst: boolean }) => void;
  /** Told how long each write took, whether it worked or not. */
  readonly onAppend?: (kind: AppendKind, tookMs: number) => void;
}

/**
 * Records each session into a folder of its name: `audio.wav`, 16-bit stereo as heard with the
 * caller left and the agent right, on one timeline from the start of the session; and
 * `events.jsonl`, one RecordedEvent a line, and at the end one of type `recording.incomplete` with
 * the `lostBytes` when something was lost. After an error of the disk it is tried again, and what
 * could be held meanwhile is written.
 */
export class FileRecorder implements Recorder {
  readonly #options: FileRecorderOptions;
  readonly #sampleRate: SampleRate;
  readonly #blocks: SampleBlocks;
  readonly #told = new ToldEvents();
  readonly #writer: RecordingWriter;

  constructor(options: FileRecorderOptions) {
    this.#options = options;
    this.#sampleRate = options.sampleRate ?? DEFAULT_SAMPLE_RATE;
    this.#blocks = new SampleBlocks((BLOCK_MS * this.#sampleRate) / 1000);
    const writeBytes = BLOCKS_A_WRITE * this.#blocks.blockSamples * FRAME_BYTES;
    this.#writer = new RecordingWriter(options.clock, writeBytes, this.#told.flush);
  }

  /** Throws `invalid_argument` for an id that cannot name a folder. */
  open(sessionId: string, startedAtMs: number): Recording {
    if (!/^[\w-]{1,128}$/u.test(sessionId)) {
      throw new StorageError(
        'invalid_argument',
        `${JSON.stringify(sessionId)} cannot name a folder; use letters, digits, _ and -`,
      );
    }
    const { clock, disk = fileSystem, onLost, onAppend = () => {} } = this.#options;
    const folder = path.join(this.#options.folder, sessionId);
    let hasLost = false;
    let fault: StorageError | null = null;
    const tell = (next: StorageError | null) => {
      if (next?.code === fault?.code) return;
      fault = next;
      this.#options.onFault?.(sessionId, next);
    };
    return new FileRecording({
      folder,
      startedAtMs,
      sampleRate: this.#sampleRate,
      clock,
      disk,
      writer: this.#writer,
      blocks: this.#blocks,
      told: this.#told,
      onError: (error) => tell(faultOf(error, folder)),
      onLost: (bytes) => {
        onLost?.(sessionId, { bytes, isFirst: !hasLost });
        hasLost = true;
        if (!fault) tell(new StorageError('overrun', `${folder}: more came than could be held`));
      },
      onAppend,
      onWritten: () => {
        if (!hasLost) tell(null);
      },
    });
  }
}

function faultOf(cause: unknown, folder: string): StorageError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new StorageError(
    isFull ? 'disk_full' : 'write_failed',
    `the recording in ${folder} cannot be written: ${why}`,
    { cause },
  );
}
