import { z } from 'zod';
import { ANALYSIS_ERROR_CODES } from '../analysis-error.ts';

/** Where the jobs are kept in Redis: keys begin with `antiphon:analyses:`. */
export const ANALYSIS_QUEUE = { name: 'analyses', prefix: 'antiphon' } as const;

/** Finished jobs are kept for a day, so that adding one again does not run it again. */
export const KEPT_JOBS = { age: 86_400, count: 1_000 } as const;

/** A call that is to be judged; the id of the job is the session's. */
export interface AnalysisJob {
  readonly sessionId: string;
}

/**
 * How the analysis of a call ended: made now, `kept` from before, a failure by its code; `dropped`
 * when it never got into the queue, and `died` when it took its workers with it.
 */
export const ANALYSIS_OUTCOMES = [
  'analyzed',
  'kept',
  'dropped',
  'died',
  ...ANALYSIS_ERROR_CODES,
] as const;

/** One of them. */
export type AnalysisOutcome = (typeof ANALYSIS_OUTCOMES)[number];

/** What a worker says of a job that has ended. */
export const jobEndSchema = z.object({
  outcome: z.enum(ANALYSIS_OUTCOMES),
  /** What the last attempt took. */
  durationMs: z.number().min(0),
});

/** What a worker says of a job that has ended. */
export type AnalysisJobEnd = z.infer<typeof jobEndSchema>;
