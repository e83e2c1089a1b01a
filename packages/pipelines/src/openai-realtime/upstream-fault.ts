import type { PipelineError, PipelineErrorCode } from '../pipeline-error.ts';
import { providerFault } from '../upstream/provider-fault.ts';

/** What messages call it. */
export const UPSTREAM = 'the Realtime upstream';

/** An error as an upstream tells it, in an event, a response or the body of a refusal. */
export interface WireError {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly param?: unknown;
}

/** Codes and types of the Realtime API by what they mean to a session. */
const CODES: Readonly<Record<string, PipelineErrorCode>> = {
  invalid_api_key: 'provider_unauthorized',
  authentication_error: 'provider_unauthorized',
  permission_error: 'provider_unauthorized',
  insufficient_permissions: 'provider_unauthorized',
  insufficient_quota: 'provider_quota_exceeded',
  billing_hard_limit_reached: 'provider_quota_exceeded',
  account_deactivated: 'provider_quota_exceeded',
  rate_limit_exceeded: 'provider_rate_limited',
  rate_limit_error: 'provider_rate_limited',
  too_many_requests: 'provider_rate_limited',
  model_not_found: 'unknown_model',
  invalid_model: 'unknown_model',
  deployment_not_found: 'unknown_model',
  session_expired: 'provider_lost',
};

const STATUSES: Readonly<Record<number, PipelineErrorCode>> = {
  401: 'provider_unauthorized',
  403: 'provider_unauthorized',
  402: 'provider_quota_exceeded',
  404: 'unknown_model',
  429: 'provider_rate_limited',
};

/** What an upstream's error means. Its message may quote the caller, so none of it is passed on. */
export function wireFault({ type, code, param }: WireError): PipelineError {
  const known = [code, type].map((name) => (typeof name === 'string' ? CODES[name] : undefined));
  const isVoice = typeof param === 'string' && param.endsWith('voice');
  const meaning = isVoice ? 'unknown_voice' : (known[0] ?? known[1] ?? 'provider_failed');
  return upstreamFault(meaning, wireName(code) ?? wireName(type));
}

/** What a refused upgrade means: the body's error, where it has one, tells more than the status. */
export function statusFault(status: number, body: string): PipelineError {
  const told = wireFault(errorOf(body));
  if (told.code !== 'provider_failed') return told;
  return upstreamFault(STATUSES[status] ?? 'provider_failed', `HTTP ${status}`);
}

/** What the end of a connection means. */
export function closeFault(code: number, reason: string): PipelineError {
  const name = reason.split('.').findLast((part) => Object.hasOwn(CODES, part));
  return upstreamFault((name && CODES[name]) || 'provider_lost', `closed with ${code}`);
}

/** A failure of the upstream with a short note that holds nothing anyone said. */
export function upstreamFault(code: PipelineErrorCode, note: string | null): PipelineError {
  return providerFault(UPSTREAM, code, note);
}

/** A code is a name; anything longer or stranger may be a sentence. */
function wireName(code: unknown): string | null {
  return typeof code === 'string' && /^[\w.-]{1,60}$/u.test(code) ? code : null;
}

function errorOf(body: string): WireError {
  try {
    const parsed = JSON.parse(body) as { error?: WireError } | null;
    return parsed?.error ?? {};
  } catch {
    return {};
  }
}
