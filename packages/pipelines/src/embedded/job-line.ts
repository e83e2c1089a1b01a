import { PipelineError } from '../pipeline-error.ts';
import type { RunningWorker } from '../start-worker.ts';
import { WorkerCrew } from './worker-crew.ts';

/** Who does the jobs of a {@link JobLine} and whom it tells. */
export interface JobLineOptions<Job, Reply> {
  readonly name: string;
  /** As in `startWorker`; the module answers each message with one. */
  readonly module: URL;
  /** Threads, each doing one job at a time; at least 1. */
  readonly workers: number;
  /** What a thread is sent for a job. */
  readonly messageOf: (job: Job) => unknown;
  readonly onReply: (job: Job, reply: Reply) => void;
  /** The job's thread ended on its own, or the job waited when none was left. */
  readonly onLost: (job: Job, error: PipelineError) => void;
}

/** Jobs in line for the threads of a crew, first come, first served. */
export class JobLine<Job, Reply> {
  readonly #options: JobLineOptions<Job, Reply>;
  readonly #waiting: Job[] = [];
  readonly #idle: RunningWorker[] = [];
  readonly #running = new Map<RunningWorker, Job>();
  #crew: WorkerCrew<Reply> | undefined;
  #failure: PipelineError | undefined;

  private constructor(options: JobLineOptions<Job, Reply>) {
    this.#options = options;
  }

  /**
   * Resolves when every thread is ready. Rejects with `worker_failed` when one cannot start, and with
   * `invalid_argument` when `workers` is no number of threads.
   */
  static async start<Job, Reply>(
    options: JobLineOptions<Job, Reply>,
  ): Promise<JobLine<Job, Reply>> {
    const { name, module, workers: size } = options;
    if (!Number.isInteger(size) || size < 1) {
      throw new PipelineError('invalid_argument', `workers is ${size}; it must be 1 or more`);
    }
    const line = new JobLine(options);
    const crew = await WorkerCrew.start<Reply>({
      name,
      module,
      data: undefined,
      size,
      onMessage: (worker, reply) => line.#finish(worker, reply),
      onLoss: (worker, error) => line.#lose(worker, error),
      onReplaced: (worker) => line.#makeIdle(worker),
      onFailure: (error) => line.#fail(error),
    });
    line.#crew = crew;
    line.#idle.push(...crew.workers);
    return line;
  }

  /** Why no job is done any more: no thread is left. */
  get failure(): PipelineError | undefined {
    return this.#failure;
  }

  get isClosed(): boolean {
    return this.#crew === undefined;
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Puts a job at the end of the line. It is answered later, even when a thread is idle. */
  add(job: Job): void {
    this.#waiting.push(job);
    this.#dispatch();
  }

  /** Takes a job out of the line; false when it has begun. */
  withdraw(job: Job): boolean {
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }

  /** Ends the threads, whatever they are doing; `onDropped` hears of every job that is not done. */
  async close(onDropped: (job: Job) => void = () => {}): Promise<void> {
    const crew = this.#crew;
    this.#crew = undefined;
    this.#idle.length = 0;
    const dropped = [...this.#running.values(), ...this.#waiting.splice(0)];
    this.#running.clear();
    for (const job of dropped) onDropped(job);
    await crew?.close();
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const worker = this.#idle.pop()!;
      const job = this.#waiting.shift()!;
      this.#running.set(worker, job);
      worker.hold();
      worker.post(this.#options.messageOf(job));
    }
  }

  #makeIdle(worker: RunningWorker): void {
    if (!this.#crew) return;
    this.#idle.push(worker);
    this.#dispatch();
  }

  #finish(worker: RunningWorker, reply: Reply): void {
    const job = this.#running.get(worker);
    if (!job) return;
    this.#running.delete(worker);
    worker.release();
    this.#makeIdle(worker);
    this.#options.onReply(job, reply);
  }

  #lose(worker: RunningWorker, error: PipelineError): void {
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    const job = this.#running.get(worker);
    if (!job) return;
    this.#running.delete(worker);
    this.#options.onLost(job, error);
  }

  #fail(error: PipelineError): void {
    this.#failure = error;
    for (const job of this.#waiting.splice(0)) this.#options.onLost(job, error);
  }
}
