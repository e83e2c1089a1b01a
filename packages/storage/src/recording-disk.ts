import { close, ftruncate, open, write } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A file that is being written. */
export interface DiskFile {
  /** Resolves to how many of the bytes were written, which may be fewer than there are. */
  write(bytes: Uint8Array, position: number): Promise<number>;
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
      // Each session writes all the time: without the layers of a file's promises.
      write: (bytes, position) =>
        new Promise((resolve, reject) => {
          write(descriptor, bytes, 0, bytes.length, position, (error, written) => {
            if (error) reject(error);
            else resolve(written);
          });
        }),
      truncate: (length) => promisify(ftruncate)(descriptor, length),
      close: () => promisify(close)(descriptor),
    };
  },
  remove: (file) => rm(file),
};
