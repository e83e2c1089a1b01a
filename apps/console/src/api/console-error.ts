/**
 * Why the server's answer could not be had.
 *
 * - `login`: the server wants a key first
 * - `missing`: what was asked for is not there, or no longer kept
 * - `refused`: the server does not do what it was asked to
 * - `failed`: the server tried and could not, or answered with what no console understands
 * - `unreachable`: no answer at all
 */
export type ConsoleErrorCode = 'login' | 'missing' | 'refused' | 'failed' | 'unreachable';

/** A request to the server that failed; the message can be shown to a person. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: ConsoleErrorCode;

  constructor(code: ConsoleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
