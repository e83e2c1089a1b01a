import { AnalysisQueue } from '@antiphon/analysis/queue';
import type { AnalysisMetrics } from '@antiphon/observability';
import { LastingRedis, redisAddress } from '@antiphon/tools';
import type { Logger } from 'pino';
import type { ServerConfig } from './config.ts';

/** Finished calls on their way to be judged. */
export interface ServerAnalyses {
  /** Whether anybody judges them. */
  readonly isOn: boolean;
  /** A call has ended, and its recording is complete. */
  add(sessionId: string): void;
  close(): Promise<void>;
}

const NONE: ServerAnalyses = { isOn: false, add: () => {}, close: () => Promise.resolve() };

/** Puts finished calls into the queue of those that are judged, where the configuration says so. */
export function openServerAnalyses(
  { analyze, redisUrl }: Pick<ServerConfig, 'analyze' | 'redisUrl'>,
  { log, metrics }: { readonly log: Logger; readonly metrics: AnalysisMetrics },
): ServerAnalyses {
  if (!analyze || redisUrl === null) return NONE;
  const queue = new AnalysisQueue({
    redis: new LastingRedis(redisAddress(redisUrl), { maxRetriesPerRequest: null }),
    onEnded: ({ sessionId, outcome, durationMs }) => {
      metrics.ended({ outcome, durationMs });
      const isGood = outcome === 'analyzed' || outcome === 'kept';
      log[isGood ? 'info' : 'warn']({ sessionId, outcome, durationMs }, 'analysis of the call');
    },
  });
  return {
    isOn: true,
    add: (sessionId) => queue.add(sessionId),
    close: async () => {
      const left = await queue.close();
      if (left > 0) log.warn({ count: left }, 'Redis is away: the last calls are not analyzed');
    },
  };
}
