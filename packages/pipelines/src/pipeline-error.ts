/**
 * What went wrong, one code per kind of failure.
 *
 * - `altered_text`: a speech model did not say the words it was given.
 * - `alignment_failed`: a text was not found in its audio, or the audio is too long.
 * - `closed`: a call came after `close`.
 * - `detector_full`: every slot of a detector listens to a session.
 * - `invalid_argument`: an option that no call can work with; a programming mistake.
 * - `model_unreadable`: a model file is missing or is not what it should be.
 * - `provider_failed`: a recogniser, model or synthesizer failed or broke its port's rules.
 * - `provider_garbled`: a provider sent what is no event of its protocol.
 * - `provider_lost`: the connection to a provider broke, or could not be opened.
 * - `provider_quota_exceeded`: a provider serves this account no more until it is paid for.
 * - `provider_rate_limited`: a provider is asked too often just now.
 * - `provider_silent`: a provider ended an answer in which there was nothing.
 * - `provider_timeout`: a recogniser, model or synthesizer stayed silent for too long.
 * - `provider_unauthorized`: a provider refused the key.
 * - `queue_full`: as much work waits as the queue may hold.
 * - `recognition_failed`: a recogniser broke off in the middle of a turn.
 * - `synthesis_failed`: a synthesizer made no audio of a text.
 * - `unknown_model`: a model that the provider does not have.
 * - `unknown_voice`: a voice that the synthesizer does not have.
 * - `unusable_vocabulary`: a dialogue holds no word that can be recognised, or one that cannot.
 * - `worker_failed`: a worker thread did not start or stopped on its own.
 */
export type PipelineErrorCode =
  | 'altered_text'
  | 'alignment_failed'
  | 'closed'
  | 'detector_full'
  | 'invalid_argument'
  | 'model_unreadable'
  | 'provider_failed'
  | 'provider_garbled'
  | 'provider_lost'
  | 'provider_quota_exceeded'
  | 'provider_rate_limited'
  | 'provider_silent'
  | 'provider_timeout'
  | 'provider_unauthorized'
  | 'queue_full'
  | 'recognition_failed'
  | 'synthesis_failed'
  | 'unknown_model'
  | 'unknown_voice'
  | 'unusable_vocabulary'
  | 'worker_failed';

/** The only error this package throws or reports; `cause` is the error beneath, where there is one. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: PipelineErrorCode;

  constructor(code: PipelineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
