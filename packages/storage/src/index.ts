export { FileRecorder } from './file-recorder.ts';
export { SessionArchive } from './session-archive.ts';
export type { StorageError } from './storage-error.ts';
