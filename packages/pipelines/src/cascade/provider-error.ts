import { PipelineError } from '../pipeline-error.ts';

/**
 * Maps what a provider threw or reported. A PipelineError passes as it is; of anything else only
 * the provider's name is told, for a foreign message may hold what the caller said.
 */
export function providerError(provider: string, error: unknown): PipelineError {
  if (error instanceof PipelineError) return error;
  return new PipelineError('provider_failed', `${provider} failed`, { cause: error });
}
