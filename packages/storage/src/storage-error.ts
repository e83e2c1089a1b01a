/**
 * What went wrong.
 *
 * - `invalid_argument`: an option or id that no call can work with; a programming mistake.
 * - `write_failed`: the recording's files could not be made or written; `cause` says why.
 */
export type StorageErrorCode = 'invalid_argument' | 'write_failed';

/** The only error this package throws or reports; `cause` is the error beneath, where there is one. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
