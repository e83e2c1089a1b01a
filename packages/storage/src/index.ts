export { FileRecorder } from './file-recorder.ts';
