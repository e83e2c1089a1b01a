export { FileRecorder } from './file-recorder.ts';
export { SessionArchive, type ArchivedSession } from './session-archive.ts';
export type { StorageError } from './storage-error.ts';
