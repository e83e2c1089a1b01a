import { AnalysisError, DEFAULT_RUBRIC, openAnalyst, readRubric } from '@antiphon/analysis';
import { AnalysisWorker } from '@antiphon/analysis/queue';
import { SessionArchive } from '@antiphon/storage';
import { LastingRedis, redisAddress } from '@antiphon/tools';
import type { Logger } from 'pino';
import type { WorkerConfig } from './config.ts';
import { WorkerError } from './worker-error.ts';

/** What has finished calls judged. */
export interface OpenAnalyses {
  /** A line that says by whom, by what and from where. */
  readonly summary: string;
  close(): Promise<void>;
}

/** What it is opened with. */
export interface OpenAnalysesOptions {
  readonly log: Logger;
  readonly onFault: (error: Error) => void;
}

/**
 * Starts having finished calls judged; null where nobody wants that. Rejects with a WorkerError,
 * `invalid_config`, without a key or with a rubric that is none.
 */
export async function openAnalyses(
  { analysis, redisUrl, variables }: Pick<WorkerConfig, 'analysis' | 'redisUrl' | 'variables'>,
  { log, onFault }: OpenAnalysesOptions,
): Promise<OpenAnalyses | null> {
  if (analysis === null) return null;
  const { rubric: file, recordingsDir } = analysis;
  try {
    const analyst = openAnalyst({ ...analysis, variables });
    const rubric = file === null ? DEFAULT_RUBRIC : await readRubric(file);
    const worker = new AnalysisWorker({
      redis: new LastingRedis(redisAddress(redisUrl), { maxRetriesPerRequest: null }),
      archive: new SessionArchive(recordingsDir),
      analyst,
      rubric,
      onReport: ({ message, ...report }) => {
        if (message === null) log.info(report, 'call analyzed');
        else log.warn({ ...report, reason: message }, 'call not analyzed');
      },
      onNotice: (sessionId, notice) => log.warn({ sessionId }, notice),
      onFault,
    });
    const { provider, model } = analyst;
    const summary = `calls of ${recordingsDir} by ${provider} (${model}), rubric ${rubric.name}`;
    return { summary, close: () => worker.close() };
  } catch (cause) {
    if (!(cause instanceof AnalysisError)) throw cause;
    throw new WorkerError('invalid_config', `ANTIPHON_ANALYZE: ${cause.message}`, { cause });
  }
}
