import { PipelineError } from '../pipeline-error.ts';
import type { PipelineErrorCode } from '../pipeline-error.ts';

/** An error as a provider tells it, in a body or in a stream. Its message is never read. */
export interface ToldError {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly param?: unknown;
}

/** Codes and types by what they mean to a session, in lower case. */
const NAMES: ReadonlyMap<string, PipelineErrorCode> = new Map([
  ['invalid_api_key', 'provider_unauthorized'],
  ['authentication_error', 'provider_unauthorized'],
  ['permission_error', 'provider_unauthorized'],
  ['permissiondenied', 'provider_unauthorized'],
  ['insufficient_permissions', 'provider_unauthorized'],
  ['insufficient_quota', 'provider_quota_exceeded'],
  ['billing_hard_limit_reached', 'provider_quota_exceeded'],
  ['billing_not_active', 'provider_quota_exceeded'],
  ['account_deactivated', 'provider_quota_exceeded'],
  ['rate_limit_exceeded', 'provider_rate_limited'],
  ['rate_limit_error', 'provider_rate_limited'],
  ['too_many_requests', 'provider_rate_limited'],
  ['model_not_found', 'unknown_model'],
  ['invalid_model', 'unknown_model'],
  ['deploymentnotfound', 'unknown_model'],
  ['deployment_not_found', 'unknown_model'],
]);

const STATUSES: ReadonlyMap<number, PipelineErrorCode> = new Map([
  [401, 'provider_unauthorized'],
  [402, 'provider_quota_exceeded'],
  [403, 'provider_unauthorized'],
  [404, 'unknown_model'],
  [408, 'provider_timeout'],
  [429, 'provider_rate_limited'],
  [504, 'provider_timeout'],
]);

const SAYS: Partial<Record<PipelineErrorCode, string>> = {
  provider_unauthorized: 'refused the key',
  provider_quota_exceeded: 'has no quota left for this account',
  provider_rate_limited: 'is asked too often just now',
  provider_garbled: 'sent what cannot be read',
  provider_silent: 'ended an answer in which there was nothing',
  provider_timeout: 'took too long',
  provider_lost: 'was lost',
  queue_full: 'has too many waiting requests',
  unknown_model: 'does not have the model',
};

/** A failure of a provider with a short note that holds neither a key nor what anyone said. */
export function providerFault(
  provider: string,
  code: PipelineErrorCode,
  note?: string,
): PipelineError {
  const what = `${provider} ${SAYS[code] ?? 'failed'}`;
  return new PipelineError(code, note === undefined ? what : `${what} (${note})`);
}

/**
 * What an answer other than 2xx means, or an error told in a stream, which has no status. The names
 * in the error tell more than the status; a 429 may be a rate or a quota.
 */
export function httpFault(
  provider: string,
  status: number | null,
  { type, code, param }: ToldError,
): PipelineError {
  const names = [code, type].map(nameOf).filter((name) => name !== undefined);
  const told = names.map((name) => NAMES.get(name.toLowerCase())).find((known) => known);
  const isModel = param === 'model' && (status === 400 || status === 404);
  const meaning = told ?? (isModel ? 'unknown_model' : undefined);
  const byStatus = status === null ? undefined : STATUSES.get(status);
  const notes = [...(status === null ? [] : [`HTTP ${status}`]), ...names.slice(0, 1)];
  return providerFault(
    provider,
    meaning ?? byStatus ?? 'provider_failed',
    notes.length === 0 ? undefined : notes.join(', '),
  );
}

/** What went wrong beneath HTTP. Messages of the network may quote headers; their codes do not. */
export function networkFault(provider: string, cause: unknown): PipelineError {
  if (cause instanceof PipelineError) return cause;
  const { code, name } = (cause instanceof Error ? cause : {}) as NodeJS.ErrnoException;
  const isGarbage = code?.startsWith('HPE_') ?? false;
  return providerFault(provider, isGarbage ? 'provider_garbled' : 'provider_lost', code ?? name);
}

/** A code is a name; anything longer or stranger may be a sentence. */
function nameOf(name: unknown): string | undefined {
  return typeof name === 'string' && /^[\w.-]{1,60}$/u.test(name) ? name : undefined;
}
