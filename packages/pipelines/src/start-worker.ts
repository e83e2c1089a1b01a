import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type Transferable } from 'node:worker_threads';
import { PipelineError } from './pipeline-error.ts';

/** What a worker module posts first, once it can take work. */
export const WORKER_READY = 'ready';

/** How to start a worker thread and what to call back. */
export interface WorkerStart<Message> {
  /** Shown in error messages and as the thread's name. */
  readonly name: string;
  /** The worker module's URL without its ending, which is `.ts` in source and `.js` when built. */
  readonly module: URL;
  /** Given to the module as `workerData`. */
  readonly data: unknown;
  /** Called for every message after the first, which is {@link WORKER_READY}. */
  readonly onMessage: (message: Message) => void;
  /** Called once when the thread ends without being closed; nothing follows. */
  readonly onFailure: (error: PipelineError) => void;
}

/** A worker thread that said it is ready. It keeps the process alive only while it is held. */
export class RunningWorker {
  readonly #worker: Worker;
  #holds = 0;
  #isOver = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.unref();
    worker.once('exit', () => {
      this.#isOver = true;
    });
  }

  /** Sends a message; does nothing when the thread is over. */
  post(message: unknown, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Keeps the process alive until as many calls of `release` follow. */
  hold(): void {
    this.#holds += 1;
    if (this.#holds === 1) this.#worker.ref();
  }

  release(): void {
    this.#holds -= 1;
    if (this.#holds === 0) this.#worker.unref();
  }

  /** Ends the thread wherever it is; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#worker.removeAllListeners('message');
    this.#worker.removeAllListeners('error');
    this.#worker.removeAllListeners('exit');
    this.#worker.on('error', ignore);
    this.#worker.ref();
    await this.#worker.terminate();
  }
}

/**
 * Starts a worker module and waits until it is ready. Rejects with `worker_failed` when it ends
 * before; the cause is what it threw.
 */
export async function startWorker<Message>(start: WorkerStart<Message>): Promise<RunningWorker> {
  const isSource = import.meta.url.endsWith('.ts');
  const worker = new Worker(new URL(`${start.module.href}${isSource ? '.ts' : '.js'}`), {
    name: start.name,
    workerData: start.data,
    execArgv: isSource ? sourceArguments() : [],
  });
  return new Promise((resolve, reject) => {
    let fail = reject;
    let failure: unknown;
    worker.once('error', (error) => {
      failure = error;
    });
    worker.once('exit', (exitCode) => {
      fail(endedOnItsOwn(start.name, exitCode, failure));
    });
    worker.once('message', () => {
      fail = start.onFailure;
      worker.on('message', start.onMessage);
      resolve(new RunningWorker(worker));
    });
  });
}

function endedOnItsOwn(name: string, exitCode: number, cause: unknown): PipelineError {
  const why = cause instanceof Error ? cause.message : `exit code ${exitCode}`;
  return new PipelineError('worker_failed', `the ${name} thread ended on its own: ${why}`, {
    cause,
  });
}

/** Flags under which Node reads TypeScript and finds the sources of our own packages. */
function sourceArguments(): string[] {
  // `--import tsx` alone registers nothing in a worker of Node 20.
  const api = createRequire(import.meta.url).resolve('tsx/esm/api');
  const loader = new URL('index.mjs', pathToFileURL(api));
  const register = `import { register } from '${loader.href}'; register();`;
  return [
    '--conditions=antiphon-source',
    '--import',
    `data:text/javascript,${encodeURIComponent(register)}`,
  ];
}

function ignore(): void {}
