import { PipelineError } from '../pipeline-error.ts';
import type { PipelineErrorCode } from '../pipeline-error.ts';

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

const ADVICE: Partial<Record<PipelineErrorCode, string>> = {
  provider_unauthorized: 'refused the key',
  provider_quota_exceeded: 'has no quota left for this account',
  provider_rate_limited: 'is asked too often just now',
  unknown_model: 'does not have the model',
  unknown_voice: 'does not have the voice',
  provider_lost: 'was lost',
};

/** Trying again changes nothing until somebody has mended the settings or the account. */
const LASTING: ReadonlySet<PipelineErrorCode> = new Set([
  'provider_unauthorized',
  'provider_quota_exceeded',
  'unknown_model',
  'unknown_voice',
]);

/** Whether an upstream that failed so will go on failing. */
export function isLasting({ code }: PipelineError): boolean {
  return LASTING.has(code);
}

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
  const what = `the Realtime upstream ${ADVICE[code] ?? 'failed'}`;
  return new PipelineError(code, note === null ? what : `${what} (${note})`);
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
