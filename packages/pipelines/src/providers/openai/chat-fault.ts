import type { PipelineError } from '../../pipeline-error.ts';
import { httpFault, networkFault, providerFault } from '../http-fault.ts';
import type { ToldError } from '../http-fault.ts';

/** An error as the SDK throws it for an answer, or an event, that tells of one. */
export interface ToldApiError extends ToldError {
  readonly status?: unknown;
}

/** What an error of the SDK tells; nothing where it is none. */
export function toldApiError(error: unknown): ToldApiError {
  // The class cannot be asked for: it is loaded with the SDK.
  const isTold = error instanceof Error && 'requestID' in error && 'status' in error;
  return isTold ? error : {};
}

/** What a failure of an answer means, whoever threw it. */
export function chatFault(provider: string, error: unknown): PipelineError {
  if (error instanceof SyntaxError) {
    return providerFault(provider, 'provider_garbled', 'a chunk that is no JSON');
  }
  const { status, code, type, param } = toldApiError(error);
  if (typeof status === 'number') return httpFault(provider, status, { code, type, param });
  if (typeof code === 'string' || typeof type === 'string' || hasBody(error)) {
    return httpFault(provider, null, { code, type, param });
  }
  // The SDK wraps what its fetch threw.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return networkFault(provider, cause);
}

function hasBody(error: unknown): boolean {
  return error instanceof Error && 'error' in error && error.error !== undefined;
}
