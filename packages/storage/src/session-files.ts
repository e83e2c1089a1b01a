import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';

interface Write {
  readonly file: 'audio' | 'events';
  readonly bytes: Uint8Array;
  /** In the audio file; events are appended. */
  readonly position: number;
}

interface OpenFiles {
  readonly audio: FileHandle;
  readonly events: FileHandle;
}

/** Where a session's files are and how far they may fall behind. */
export interface SessionFilesOptions {
  readonly folder: string;
  /** The most that waits to be written; what comes while it is full is lost. */
  readonly maxQueuedBytes: number;
  /** Called once, with the first error. */
  readonly onFault: (error: unknown) => void;
}

/** How a session's files end. */
export interface FilesEnd {
  /** Written over the start of the audio file, for this many bytes of samples. */
  readonly headerFor: (dataBytes: number) => Uint8Array;
  readonly dataBytes: number;
  /** The last line of the event log, when something was lost. */
  readonly lossLine: (lostBytes: number) => string;
}

/**
 * The two files of one recording, `audio.wav` and `events.jsonl`, written one write at a time in
 * the background. No call throws or waits; what cannot be written is counted.
 */
export class SessionFiles {
  readonly #options: SessionFilesOptions;
  #queue: Write[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | null = null;
  #files: OpenFiles | null = null;
  #hasFailed = false;
  #lostBytes = 0;

  constructor(options: SessionFilesOptions) {
    this.#options = options;
  }

  /** Samples at a position of the audio file. */
  writeAudio(position: number, bytes: Uint8Array): void {
    this.#enqueue({ file: 'audio', bytes, position });
  }

  /** A line of the event log, without its end. */
  writeLine(line: string): void {
    this.#enqueue({ file: 'events', bytes: Buffer.from(`${line}\n`), position: 0 });
  }

  /** Counts what was lost before it came here. */
  lose(bytes: number): void {
    this.#lostBytes += bytes;
  }

  /** Starts to write what is queued. */
  flush(): void {
    if (this.#writing !== null || this.#queue.length === 0) return;
    this.#writing = this.#writeQueue().finally(() => {
      this.#writing = null;
    });
  }

  /** Writes all that is queued and completes the files. */
  async finish({ headerFor, dataBytes, lossLine }: FilesEnd): Promise<void> {
    while (this.#writing !== null || this.#queue.length > 0) {
      this.flush();
      await this.#writing;
    }
    const files = await this.#open();
    if (!files) return;
    const header = headerFor(dataBytes);
    await this.#attempt(header.length, async () => {
      // Silence at the end is a hole in the file.
      await files.audio.truncate(header.length + dataBytes);
      await files.audio.write(header, 0, header.length, 0);
    });
    if (this.#lostBytes > 0) {
      await this.#attempt(0, () => files.events.appendFile(`${lossLine(this.#lostBytes)}\n`));
    }
    await this.#attempt(0, () => files.audio.close());
    await this.#attempt(0, () => files.events.close());
  }

  #enqueue(write: Write): void {
    const { length } = write.bytes;
    if (this.#queuedBytes + length > this.#options.maxQueuedBytes) {
      this.#lostBytes += length;
      return;
    }
    this.#queue.push(write);
    this.#queuedBytes += length;
  }

  async #writeQueue(): Promise<void> {
    const files = await this.#open();
    while (this.#queue.length > 0) {
      const writes = this.#queue;
      this.#queue = [];
      const lines = writes.filter(({ file }) => file === 'events').map(({ bytes }) => bytes);
      const together: Write[] = [
        ...writes.filter(({ file }) => file === 'audio'),
        { file: 'events', bytes: Buffer.concat(lines), position: 0 },
      ];
      for (const write of together) {
        await this.#attempt(write.bytes.length, () => this.#write(files, write));
        this.#queuedBytes -= write.bytes.length;
      }
    }
  }

  async #write(files: OpenFiles | null, { file, bytes, position }: Write): Promise<void> {
    if (!files) throw new Error('the files could not be made');
    if (file === 'events') await files.events.appendFile(bytes);
    else await files.audio.write(bytes, 0, bytes.length, position);
  }

  /** The files, made on first use; `null` when they cannot be. */
  async #open(): Promise<OpenFiles | null> {
    if (this.#files || this.#hasFailed) return this.#files;
    await this.#attempt(0, async () => {
      // What callers say is nobody else's business.
      await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
      const events = await open(path.join(this.#options.folder, 'events.jsonl'), 'ax', 0o600);
      try {
        const audio = await open(path.join(this.#options.folder, 'audio.wav'), 'wx', 0o600);
        this.#files = { audio, events };
      } catch (error) {
        await events.close();
        throw error;
      }
    });
    return this.#files;
  }

  /** Runs a step; when it fails, its bytes are lost. */
  async #attempt(bytes: number, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#lostBytes += bytes;
      if (!this.#hasFailed) this.#options.onFault(error);
      this.#hasFailed = true;
    }
  }
}
