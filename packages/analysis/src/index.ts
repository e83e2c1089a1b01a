export { AnalysisError } from './analysis-error.ts';
export { analyzeRecording, keptAnalysis } from './analyze-recording.ts';
export { ANALYZE_CHOICES } from './analysis-variables.ts';
export { ANALYSTS, openAnalyst } from './open-analyst.ts';
export type { AnalystName } from './open-analyst.ts';
export { DEFAULT_RUBRIC } from './rubric/default-rubric.ts';
export { readRubric } from './rubric/read-rubric.ts';
