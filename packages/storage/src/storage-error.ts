/**
 * What went wrong.
 *
 * - `invalid_argument`: an option or id that no call can work with; a programming mistake.
 * - `disk_full`: the disk, or what this user may fill of it, is full; `cause` says which.
 * - `write_failed`: the recording's files could not be made or written; `cause` says why.
 * - `overrun`: more came than could be held until it was written: the disk is too slow, or a client
 *   sends much faster than time.
 */
export type StorageErrorCode = 'invalid_argument' | 'disk_full' | 'write_failed' | 'overrun';

/** The only error this package throws or reports; `cause` is the error beneath, where there is one. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
