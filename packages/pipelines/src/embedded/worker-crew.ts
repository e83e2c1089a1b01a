import type { PipelineError } from '../pipeline-error.ts';
import { startWorker, type RunningWorker } from '../start-worker.ts';

/** What the threads of a crew run and whom they tell. */
export interface WorkerCrewOptions<Message> {
  readonly name: string;
  /** As in `startWorker`. */
  readonly module: URL;
  readonly data: unknown;
  /** How many threads; at least 1. */
  readonly size: number;
  readonly onMessage: (worker: RunningWorker, message: Message) => void;
  /** A thread ended on its own; its work is lost, and another is being started in its place. */
  readonly onLoss: (worker: RunningWorker, error: PipelineError) => void;
  /** The thread in place of a lost one is ready. */
  readonly onReplaced: (worker: RunningWorker) => void;
  /** No thread is left and none could be started. */
  readonly onFailure: (error: PipelineError) => void;
}

/** Threads that run the same module. One that ends on its own is replaced. */
export class WorkerCrew<Message> {
  readonly #options: WorkerCrewOptions<Message>;
  readonly #workers = new Set<RunningWorker>();
  #isClosed = false;

  private constructor(options: WorkerCrewOptions<Message>) {
    this.#options = options;
  }

  /** Resolves when every thread is ready; rejects with `worker_failed` when one cannot start. */
  static async start<Message>(options: WorkerCrewOptions<Message>): Promise<WorkerCrew<Message>> {
    const crew = new WorkerCrew(options);
    const started = await Promise.allSettled(
      Array.from({ length: options.size }, () => crew.#startOne()),
    );
    for (const result of started) {
      if (result.status === 'fulfilled') continue;
      await crew.close();
      throw result.reason;
    }
    return crew;
  }

  get workers(): ReadonlySet<RunningWorker> {
    return this.#workers;
  }

  /** Ends every thread, whatever it is doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#workers].map((worker) => worker.close()));
    this.#workers.clear();
  }

  async #startOne(): Promise<RunningWorker> {
    const { name, module, data, onMessage } = this.#options;
    const worker: RunningWorker = await startWorker<Message>({
      name,
      module,
      data,
      onMessage: (message) => onMessage(worker, message),
      onFailure: (error) => this.#replace(worker, error),
    });
    if (this.#isClosed) await worker.close();
    else this.#workers.add(worker);
    return worker;
  }

  #replace(worker: RunningWorker, error: PipelineError): void {
    this.#workers.delete(worker);
    this.#options.onLoss(worker, error);
    this.#startOne().then(this.#options.onReplaced, (failure: PipelineError) => {
      if (this.#workers.size === 0) this.#options.onFailure(failure);
    });
  }
}
