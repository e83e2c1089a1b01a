import { close, ftruncate, open, write } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Told once of a write; `error` is null where it worked. */
export type WriteDone = (error: Error | null, written: number) => void;

/** A file that is being written. */
export interface DiskFile {
  /**
   * Tells how many of the bytes were written, which may be fewer than there are. Each session writes
   * all the time: without a promise.
   */
  write(bytes: Uint8Array, position: number, done: WriteDone): void;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** What recordings need of a file system. What callers say is nobody's but its owner's. */
export interface RecordingDisk {
  makeFolder(folder: string): Promise<void>;
  /** Rejects when there is such a file. */
  create(file: string): Promise<DiskFile>;
  remove(file: string): Promise<void>;
}

/** The file system of this machine. */
export const fileSystem: RecordingDisk = {
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  },
  create: async (file) => {
    const descriptor = await promisify(open)(file, 'wx', 0o600);
    return {
      write: (bytes, position, done) => {
        write(descriptor, bytes, 0, bytes.length, position, done);
      },
      truncate: (length) => promisify(ftruncate)(descriptor, length),
      close: () => promisify(close)(descriptor),
    };
  },
  remove: (file) => rm(file),
};
