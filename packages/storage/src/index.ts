export { FileRecorder, type FileRecorderOptions } from './file-recorder.ts';
export { MemorySessionLog, type MemorySessionLogOptions } from './memory-session-log.ts';
export { StorageError, type StorageErrorCode } from './storage-error.ts';
