/**
 * Why the worker does not start, one code per kind of failure.
 *
 * - `invalid_config`: an environment variable that is missing or has a value that is not allowed.
 * - `agents_unusable`: the agents folder cannot be read, or an agent in it cannot be loaded.
 * - `cannot_listen`: the address for the metrics is taken, or not this machine's.
 */
export type WorkerErrorCode = 'invalid_config' | 'agents_unusable' | 'cannot_listen';

/** The only error the worker starts with; its message is for the person who started it. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  readonly code: WorkerErrorCode;

  constructor(code: WorkerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
