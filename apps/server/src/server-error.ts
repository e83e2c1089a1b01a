/**
 * Why the server does not start, one code per kind of failure.
 *
 * - `invalid_arguments`: a command line argument that is not known or lacks its value.
 * - `invalid_config`: an environment variable or option with a value that is not allowed.
 * - `agents_unusable`: the agents folder cannot be read, or an agent in it cannot be served.
 * - `key_unusable`: the API key file cannot be read or written.
 * - `models_unusable`: a model of a pipeline or detector did not load.
 * - `cannot_listen`: the address is taken or not ours.
 */
export type ServerErrorCode =
  | 'invalid_arguments'
  | 'invalid_config'
  | 'agents_unusable'
  | 'key_unusable'
  | 'models_unusable'
  | 'cannot_listen';

/** The only error the server starts with; its message is for the person who started it. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
