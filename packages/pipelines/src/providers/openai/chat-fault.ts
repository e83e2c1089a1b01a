import type { PipelineError } from '../../pipeline-error.ts';
import { frameFault, providerFault } from '../provider-fault.ts';

/** An error as a server tells it, in a refusal or in an event. Its message is never read. */
export interface ToldApiError {
  readonly code?: unknown;
  readonly type?: unknown;
  readonly param?: unknown;
}

/** An answer of a status other than 200 to 299, with what it tells. */
export interface ChatRefusal extends ToldApiError {
  readonly status: number;
}

/** The error that the JSON of a refusal, or of an event, tells; null where it tells none. */
export function toldApiError(value: unknown): ToldApiError | null {
  const { error } = fieldsOf(value);
  return error ? fieldsOf(error) : null;
}

/** What an error means that was told in an event. */
export function eventFault(provider: string, told: ToldApiError): PipelineError {
  return frameFault(provider, namesOf(told));
}

/** What an answer of a status other than 200 to 299 means. */
export function refusalFault(provider: string, refusal: ChatRefusal): PipelineError {
  const { status } = refusal;
  const fault = frameFault(provider, namesOf(refusal), status);
  const isUnknown = fault.code === 'provider_failed' && status === 404;
  return isUnknown ? providerFault(provider, 'unknown_model', `${status}`) : fault;
}

/** Other parameters are no names of faults. */
function namesOf({ param, code, type }: ToldApiError): unknown[] {
  return [param === 'model' ? param : undefined, code, type];
}

function fieldsOf(value: unknown): { readonly error?: unknown } & ToldApiError {
  return typeof value === 'object' && value !== null ? value : {};
}
