import type { SessionArchive } from '@antiphon/storage';
import { UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { AnalysisError } from '../analysis-error.ts';
import { analyzeRecording } from '../analyze-recording.ts';
import type { CallAnalyst } from '../call-analyst.ts';
import type { Rubric } from '../rubric/rubric.ts';
import { ANALYSIS_QUEUE } from './analysis-job.ts';
import type { AnalysisJob, AnalysisJobEnd, AnalysisOutcome } from './analysis-job.ts';
import { within } from './within.ts';

/** Calls at once: each is held in memory two times, 35 MB at most; longer ones in parts of 8 MiB. */
const CONCURRENCY = 2;

/** A worker that is gone is missed after this, and its calls begin again at another. */
const LOCK_MS = 30_000;

/** Calls whose workers died so often are what kills them. */
const MOST_RESTARTS = 2;

/** How long a worker may take to let go of Redis. */
const CLOSING_MS = 2_000;

/** A call that was looked at, without what was said. */
export interface AnalysisReport {
  readonly sessionId: string;
  readonly outcome: AnalysisOutcome;
  /** Why not, and what to do; null where there is an analysis. */
  readonly message: string | null;
  /** Whether it is tried again. */
  readonly isRetried: boolean;
  readonly durationMs: number;
}

/** What a worker works with. */
export interface AnalysisWorkerOptions {
  /**
   * Comes back by itself, and takes its duplicates with it; it is disconnected when the worker is
   * closed. Its commands must not give up.
   */
  readonly redis: Redis;
  /** The recordings of the servers. */
  readonly archive: SessionArchive;
  readonly analyst: CallAnalyst;
  readonly rubric: Rubric;
  readonly onReport?: (report: AnalysisReport) => void;
  /** Told what somebody should know of a call beside how it ended. */
  readonly onNotice?: (sessionId: string, notice: string) => void;
  /** Told of faults of the queue and of the program. */
  readonly onFault?: (error: Error) => void;
}

/**
 * Has the calls of a queue judged, and their results kept beside their recordings. A call that has
 * one already is not paid for again. What may pass is tried again later.
 */
export class AnalysisWorker {
  readonly #options: AnalysisWorkerOptions;
  readonly #worker: Worker<AnalysisJob, AnalysisJobEnd>;
  readonly #stopping = new AbortController();
  #closing: Promise<void> | null = null;

  /** Starts taking calls as soon as Redis is there. */
  constructor(options: AnalysisWorkerOptions) {
    this.#options = options;
    this.#worker = new Worker<AnalysisJob, AnalysisJobEnd>(
      ANALYSIS_QUEUE.name,
      (job, token) => this.#process(job, token),
      {
        prefix: ANALYSIS_QUEUE.prefix,
        connection: options.redis,
        concurrency: CONCURRENCY,
        lockDuration: LOCK_MS,
        stalledInterval: LOCK_MS,
        maxStalledCount: MOST_RESTARTS,
      },
    );
    this.#worker.on('error', (error) => {
      if (!this.#closing) options.onFault?.(error);
    });
  }

  /** Takes no more calls, gives those up that are being judged, and puts them back. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#stopping.abort();
    const { redis } = this.#options;
    // Without a Redis there is nothing to wait for: other workers find the locks expired.
    const closed = this.#worker.close(redis.status !== 'ready').catch(() => {});
    await within(CLOSING_MS, closed);
    redis.disconnect();
    await within(CLOSING_MS, closed);
  }

  async #process(
    job: Job<AnalysisJob, AnalysisJobEnd>,
    token: string | undefined,
  ): Promise<AnalysisJobEnd> {
    const { archive, analyst, rubric } = this.#options;
    const { sessionId } = job.data;
    const startedAtMs = performance.now();
    const took = () => Math.round(performance.now() - startedAtMs);
    try {
      const { signal } = this.#stopping;
      signal.throwIfAborted();
      const onNotice = (notice: string) => this.#options.onNotice?.(sessionId, notice);
      const asked = { archive, sessionId, analyst, rubric, reuse: 'any', signal } as const;
      const { isNew } = await analyzeRecording({ ...asked, onNotice });
      return this.#report({ sessionId, outcome: isNew ? 'analyzed' : 'kept' }, took());
    } catch (error) {
      if (this.#closing) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (!(error instanceof AnalysisError)) {
        const fault = error instanceof Error ? error : new Error(String(error));
        this.#options.onFault?.(fault);
        // The job's own copy of it is seen by whoever reads Redis.
        throw new UnrecoverableError(fault.name);
      }
      const { code: outcome, message } = error;
      const isRetried = error.isPassing && job.attemptsMade + 1 < (job.opts.attempts ?? 1);
      const end = this.#report({ sessionId, outcome, message, isRetried }, took());
      if (isRetried) throw error;
      return end;
    }
  }

  #report(
    told: Pick<AnalysisReport, 'sessionId' | 'outcome'> & Partial<AnalysisReport>,
    durationMs: number,
  ): AnalysisJobEnd {
    this.#options.onReport?.({ message: null, isRetried: false, ...told, durationMs });
    return { outcome: told.outcome, durationMs };
  }
}
