export { FileRecorder } from './file-recorder.ts';
export { SessionArchive } from './session-archive.ts';
