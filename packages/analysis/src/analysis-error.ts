/**
 * Why there is no analysis.
 *
 * - `invalid_settings`: an option that no analysis can work with.
 * - `no_key`: there is no key for the analyst, or it is none.
 * - `invalid_rubric`: the file cannot be read or says something that is no rubric.
 * - `recording_missing`: there is no such recording, or a file of it is missing.
 * - `recording_unfinished`: the call goes on, or its server died.
 * - `nothing_said`: nobody spoke.
 * - `audio_too_large`: there is more of it than the analyst takes.
 * - `provider_unauthorized`, `unknown_model`, `provider_quota_exceeded`, `provider_rate_limited`,
 *   `provider_timeout`, `provider_lost`, `provider_failed`: what the provider made of the request.
 * - `provider_rejected`: it takes no such request.
 * - `provider_refused`: the model will not judge this call.
 * - `provider_garbled`: the answer is no analysis by this rubric.
 * - `not_kept`: the result cannot be written beside the recording.
 * - `cancelled`: whoever asked gave it up.
 */
export const ANALYSIS_ERROR_CODES = [
  'invalid_settings',
  'no_key',
  'invalid_rubric',
  'recording_missing',
  'recording_unfinished',
  'nothing_said',
  'audio_too_large',
  'provider_unauthorized',
  'unknown_model',
  'provider_quota_exceeded',
  'provider_rate_limited',
  'provider_timeout',
  'provider_lost',
  'provider_failed',
  'provider_rejected',
  'provider_refused',
  'provider_garbled',
  'not_kept',
  'cancelled',
] as const;

/** One code per kind of failure. */
export type AnalysisErrorCode = (typeof ANALYSIS_ERROR_CODES)[number];

/** What may well go right a little later, and costs nothing until it does. */
const PASSING: ReadonlySet<AnalysisErrorCode> = new Set([
  'provider_rate_limited',
  'provider_lost',
  'provider_failed',
]);

/**
 * The only error this package throws. Its message says what to do next, and holds neither a key nor
 * anything that was said.
 */
export class AnalysisError extends Error {
  override readonly name = 'AnalysisError';
  readonly code: AnalysisErrorCode;

  constructor(code: AnalysisErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get isPassing(): boolean {
    return PASSING.has(this.code);
  }
}
