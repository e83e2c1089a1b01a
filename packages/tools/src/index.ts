export { InProcessToolRunner } from './in-process-tool-runner.ts';
