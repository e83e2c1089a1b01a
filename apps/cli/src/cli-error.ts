/**
 * Why a command could not be carried out.
 *
 * - `invalid_option`: an option has a value that cannot be used.
 * - `no_api_key`: no key was given, set or found.
 * - `server_unreachable`: nothing answers at the address.
 * - `server_refused`: the server answered and will not have this session.
 * - `server_not_started`: the server that was to be measured did not come up.
 * - `unknown_agent`, `unknown_scenario`, `unknown_voice`: no such thing; the message lists what is.
 * - `invalid_scenario`: a scenario file says something that cannot be played.
 * - `invalid_clip`: a recording of a caller cannot be used.
 * - `unknown_recording`: there is no such recording of a session.
 * - `not_analyzed`: a call could not be judged; `cause` is the AnalysisError.
 */
export type CliErrorCode =
  | 'invalid_option'
  | 'no_api_key'
  | 'server_unreachable'
  | 'server_refused'
  | 'server_not_started'
  | 'unknown_agent'
  | 'unknown_scenario'
  | 'unknown_voice'
  | 'invalid_scenario'
  | 'invalid_clip'
  | 'unknown_recording'
  | 'not_analyzed';

/** The only error this package throws; its message ends with what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
