import { mkdir } from 'node:fs/promises';
import type { RecordingDisk } from '../server-recorder.ts';

/** A disk that has room for folders and for nothing else. */
export const fullDisk: RecordingDisk = {
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true });
  },
  create: () =>
    Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
  remove: () => Promise.resolve(),
};
