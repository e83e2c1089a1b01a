/**
 * What went wrong, one code per kind of failure.
 *
 * - `invalid_parameters`: a tool's parameters are no JSON Schema; a programming mistake.
 * - `invalid_redis_url`: the address of the Redis cannot be read.
 * - `missing_function`: a tool that the server runs has no function; a programming mistake.
 * - `invalid_mail_settings`: the mail server or the sender cannot be used as it is written.
 * - `mail_settings_differ`: another process of the same Redis sends mails another way.
 * - `missing_variable`: a header of a webhook names a variable of the environment that is not set.
 * - `invalid_header`: a header of a webhook holds what no header may.
 * - `invalid_allowance`: an allowed address is no host, no address and no range.
 */
export type ToolErrorCode =
  | 'invalid_parameters'
  | 'invalid_redis_url'
  | 'missing_function'
  | 'invalid_mail_settings'
  | 'mail_settings_differ'
  | 'missing_variable'
  | 'invalid_header'
  | 'invalid_allowance';

/** The only error this package throws, and only at construction: calls end with an outcome. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly code: ToolErrorCode;

  constructor(code: ToolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
