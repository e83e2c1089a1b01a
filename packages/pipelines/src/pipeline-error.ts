/**
 * What went wrong, one code per kind of failure.
 *
 * - `alignment_failed`: a text was not found in its audio, or the audio is too long.
 * - `closed`: a call came after `close`.
 * - `detector_full`: every slot of a detector listens to a session.
 * - `invalid_argument`: an option that no call can work with; a programming mistake.
 * - `model_unreadable`: a model file is missing or is not what it should be.
 * - `provider_failed`: a recogniser, model or synthesizer failed or broke its port's rules.
 * - `provider_timeout`: a recogniser, model or synthesizer stayed silent for too long.
 * - `queue_full`: as much work waits as the queue may hold.
 * - `recognition_failed`: a recogniser broke off in the middle of a turn.
 * - `synthesis_failed`: a synthesizer made no audio of a text.
 * - `unknown_voice`: a voice that the synthesizer does not have.
 * - `unusable_vocabulary`: a dialogue holds no word that can be recognised, or one that cannot.
 * - `worker_failed`: a worker thread did not start or stopped on its own.
 */
export type PipelineErrorCode =
  | 'alignment_failed'
  | 'closed'
  | 'detector_full'
  | 'invalid_argument'
  | 'model_unreadable'
  | 'provider_failed'
  | 'provider_timeout'
  | 'queue_full'
  | 'recognition_failed'
  | 'synthesis_failed'
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
