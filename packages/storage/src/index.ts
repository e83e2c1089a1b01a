export { FileRecorder } from './file-recorder.ts';
export { fileSystem } from './recording-disk.ts';
export { RecordingOwners } from './recording-owners.ts';
export { SessionArchive, type ArchivedSession } from './session-archive.ts';
export type { StorageError } from './storage-error.ts';
