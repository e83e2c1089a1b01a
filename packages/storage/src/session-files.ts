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
        await written(audio, header);
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
    const isWritten = await this.#put(this.#files!.events, lines, this.#eventBytes);
    if (isWritten) this.#eventBytes += lines.length;
    return isWritten;
  }

  /** Samples at a position of the audio file. */
  writeAudio(bytes: Uint8Array, position: number): Promise<boolean> {
    return this.#put(this.#files!.audio, bytes, position);
  }

  /** Puts a header over the first one and ends the audio file; silence at its end is a hole. */
  completeAudio(header: Uint8Array, length: number): Promise<boolean> {
    return this.#attempt(async ({ audio }) => {
      await audio.truncate(length);
      await written(audio, header);
    });
  }

  async close(): Promise<void> {
    const files = this.#files;
    if (!files) return;
    await this.#attempt(() => files.audio.close());
    await this.#attempt(() => files.events.close());
  }

  #put(file: DiskFile, bytes: Uint8Array, position: number): Promise<boolean> {
    return new Promise((resolve) => {
      writeWhole(file, { bytes, position }, (error) => {
        if (error) this.#options.onError(error);
        resolve(error === null);
      });
    });
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

/** Writes bytes where a file begins. */
function written(file: DiskFile, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    writeWhole(file, { bytes, position: 0 }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** A disk that is nearly full takes a part and says so by its number only. */
function writeWhole(
  file: DiskFile,
  { bytes, position }: { readonly bytes: Uint8Array; readonly position: number },
  done: (error: Error | null) => void,
): void {
  file.write(bytes, position, (error, count) => {
    if (error) done(error);
    else if (count === bytes.length) done(null);
    else if (count === 0) done(new Error('the disk takes nothing'));
    else writeWhole(file, { bytes: bytes.subarray(count), position: position + count }, done);
  });
}
