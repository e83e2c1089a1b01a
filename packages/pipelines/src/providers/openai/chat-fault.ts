import { PipelineError } from '../../pipeline-error.ts';
import { frameFault, networkFault, providerFault } from '../provider-fault.ts';

/** An error as a server tells it, in a refusal or in an event. Its message is never read. */
export interface ToldApiError {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly param?: unknown;
}

/** What an error of the SDK tells; nothing where it is none. */
export function toldApiError(error: unknown): ToldApiError {
  // The class cannot be asked for: it is loaded with the SDK.
  const isTold = error instanceof Error && 'requestID' in error && 'status' in error;
  return isTold ? error : {};
}

/** What a failure of an answer means, whoever threw it. */
export function chatFault(provider: string, error: unknown): PipelineError {
  if (error instanceof PipelineError) return error;
  if (error instanceof SyntaxError) {
    return providerFault(provider, 'provider_garbled', 'a chunk that is no JSON');
  }
  const { status, code, type, param } = toldApiError(error);
  // Other parameters are no names of faults.
  const names = [param === 'model' ? param : undefined, code, type];
  if (typeof status === 'number') {
    const fault = frameFault(provider, names, status);
    const isUnknown = fault.code === 'provider_failed' && status === 404;
    return isUnknown ? providerFault(provider, 'unknown_model', `${status}`) : fault;
  }
  if (typeof code === 'string' || typeof type === 'string' || hasBody(error)) {
    return frameFault(provider, names);
  }
  // The SDK wraps what its fetch threw.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof PipelineError) return cause;
  return networkFault(provider, cause instanceof Error ? cause : new Error('Unknown.'));
}

function hasBody(error: unknown): boolean {
  return error instanceof Error && 'error' in error && error.error !== undefined;
}
