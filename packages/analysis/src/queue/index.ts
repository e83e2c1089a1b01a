export { ANALYSIS_OUTCOMES } from './analysis-job.ts';
export { AnalysisQueue } from './analysis-queue.ts';
export { AnalysisWorker } from './analysis-worker.ts';
