import path from 'node:path';
import type { DiskFile, RecordingDisk } from './recording-disk.ts';

interface OpenFiles {
  readonly audio: DiskFile;
  readonly events: DiskFile;
}

/** Where a session's files are made. */
export interface SessionFilesOptions {
  readonly folder: string;
  readonly disk: RecordingDisk;
  /** The first bytes of the audio file. */
  readonly header: Uint8Array;
  /** Called with each error. */
  readonly onError: (error: unknown) => void;
}

/**
 * The two files of one recording, `audio.wav` and `events.jsonl`. Nothing rejects: what could not be
 * done answers false, and may be tried again. One call at a time.
 */
export class SessionFiles {
  readonly #options: SessionFilesOptions;
  #files: OpenFiles | null = null;
  #eventBytes = 0;

  constructor(options: SessionFilesOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#files !== null;
  }

  /** Makes the files, unless they are made. */
  open(): Promise<boolean> {
    if (this.#files) return Promise.resolve(true);
    return this.#attempt(async () => {
      const { folder, disk, header } = this.#options;
      await disk.makeFolder(folder);
      const eventsFile = path.join(folder, 'events.jsonl');
      const audioFile = path.join(folder, 'audio.wav');
      const events = await disk.create(eventsFile);
      let audio: DiskFile | null = null;
      try {
        audio = await disk.create(audioFile);
        // Without a length the file is readable to its end at any moment, and after a crash.
        await writeWhole(audio, header, 0);
        this.#files = { audio, events };
      } catch (error) {
        // So that they can be made later.
        await events.close();
        await disk.remove(eventsFile);
        await audio?.close();
        if (audio) await disk.remove(audioFile);
        throw error;
      }
    });
  }

  /** Adds lines to the event log, all of them or, to be seen, none: they are written over then. */
  async append(lines: Uint8Array): Promise<boolean> {
    const isWritten = await this.#attempt((files) =>
      writeWhole(files.events, lines, this.#eventBytes),
    );
    if (isWritten) this.#eventBytes += lines.length;
    return isWritten;
  }

  /** Samples at a position of the audio file. */
  writeAudio(bytes: Uint8Array, position: number): Promise<boolean> {
    return this.#attempt((files) => writeWhole(files.audio, bytes, position));
  }

  /** Puts a header over the first one and ends the audio file; silence at its end is a hole. */
  completeAudio(header: Uint8Array, length: number): Promise<boolean> {
    return this.#attempt(async ({ audio }) => {
      await audio.truncate(length);
      await writeWhole(audio, header, 0);
    });
  }

  async close(): Promise<void> {
    const files = this.#files;
    if (!files) return;
    await this.#attempt(() => files.audio.close());
    await this.#attempt(() => files.events.close());
  }

  async #attempt(step: (files: OpenFiles) => Promise<void>): Promise<boolean> {
    try {
      await step(this.#files as OpenFiles);
      return true;
    } catch (error) {
      this.#options.onError(error);
      return false;
    }
  }
}

/** A disk that is nearly full takes a part and says so by its number only. */
async function writeWhole(file: DiskFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const rest = written === 0 ? bytes : bytes.subarray(written);
    const count = await file.write(rest, position + written);
    if (count === 0) throw new Error('the disk takes nothing');
    written += count;
  }
}
