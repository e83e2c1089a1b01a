import { PipelineError } from '../pipeline-error.ts';
import type { PipelineErrorCode } from '../pipeline-error.ts';

const SAYS: Partial<Record<PipelineErrorCode, string>> = {
  provider_unauthorized: 'refused the key',
  provider_quota_exceeded: 'has no quota left for this account',
  provider_rate_limited: 'is asked too often just now',
  provider_garbled: 'sent what cannot be read',
  provider_silent: 'said nothing',
  provider_timeout: 'took too long',
  provider_lost: 'was lost',
  queue_full: 'has too many waiting requests',
  unknown_model: 'does not have the model',
  unknown_voice: 'does not have the voice',
};

const STATUSES: Readonly<Record<number, PipelineErrorCode>> = {
  401: 'provider_unauthorized',
  402: 'provider_quota_exceeded',
  403: 'provider_unauthorized',
  408: 'provider_timeout',
  429: 'provider_rate_limited',
  504: 'provider_timeout',
};

/** Names that providers give to what went wrong, most telling first. */
const NAMES: readonly (readonly [RegExp, PipelineErrorCode])[] = [
  // Hume numbers its errors; these are about what is paid for.
  [/^E03\d\d$/u, 'provider_quota_exceeded'],
  // Busy for everybody; the name of what is busy comes after it.
  [/overload/i, 'provider_failed'],
  [/quota|insufficient(?!_perm)|billing|credit|payment|deactivated/i, 'provider_quota_exceeded'],
  [/rate.?limit|too.?many|concurren|max_active|busy/i, 'provider_rate_limited'],
  [/voice/i, 'unknown_voice'],
  [/model|deployment/i, 'unknown_model'],
  [/key|auth|permission|forbidden/i, 'provider_unauthorized'],
  [/time.?out/i, 'provider_timeout'],
];

/**
 * A failure of a provider with a short note. The note holds neither a key nor anything that was
 * said: a status, a close code, or a name of at most 60 letters.
 */
export function providerFault(
  provider: string,
  code: PipelineErrorCode,
  note?: string,
): PipelineError {
  const what = `${provider} ${SAYS[code] ?? 'failed'}`;
  return new PipelineError(code, note === undefined ? what : `${what} (${note})`);
}

/** Providers that tell an unknown model apart in a sentence alone. */
const NO_MODEL = /no such model|requested model/i;

/**
 * What an answer other than 200 means. Its body, JSON, tells more than its status where it holds an
 * error of OpenAI's shape, `detail` with a status or the place of what is wrong, `error_code`,
 * `err_code` or `code`; nothing else of it is passed on.
 */
export function statusFault(provider: string, status: number, body = ''): PipelineError {
  const names = namesIn(body)
    .map(nameOf)
    .filter((name) => name !== undefined);
  const told = names.map(meaningOf).find((meaning) => meaning !== undefined);
  const code = told ?? STATUSES[status] ?? 'provider_failed';
  return providerFault(provider, code, [`HTTP ${status}`, ...names.slice(0, 1)].join(', '));
}

/** What an error told in a frame means: the first of its names that is known, else its status. */
export function frameFault(
  provider: string,
  names: readonly unknown[],
  status?: number,
): PipelineError {
  const known = names.map(nameOf).filter((name) => name !== undefined);
  const told = known.map(meaningOf).find((meaning) => meaning !== undefined);
  const code = told ?? (status === undefined ? undefined : STATUSES[status]) ?? 'provider_failed';
  return providerFault(
    provider,
    code,
    known[0] ?? (status === undefined ? undefined : `${status}`),
  );
}

/** What the end of a WebSocket means. Its reason may quote the caller and is only looked through. */
export function closeFault(provider: string, code: number, reason = ''): PipelineError {
  const hasReason = code === 1008 || code >= 3000;
  const told = hasReason ? meaningOf(reason) : undefined;
  return providerFault(provider, told ?? 'provider_lost', `closed with ${code}`);
}

/** What went wrong beneath the protocol; messages of the network may quote headers, codes do not. */
export function networkFault(provider: string, cause: Error): PipelineError {
  const { code } = cause as NodeJS.ErrnoException;
  const isGarbage = code?.startsWith('WS_ERR_') || code?.startsWith('HPE_');
  const note = code ?? cause.name;
  return isGarbage
    ? providerFault(provider, 'provider_garbled', note)
    : new PipelineError('provider_lost', `${provider} cannot be reached (${note})`);
}

function meaningOf(name: string): PipelineErrorCode | undefined {
  return NAMES.find(([pattern]) => pattern.test(name))?.[1];
}

/** A code is a name; anything longer or stranger may be a sentence. */
function nameOf(name: unknown): string | undefined {
  return typeof name === 'string' && /^[\w.-]{1,60}$/u.test(name) ? name : undefined;
}

function namesIn(body: string): unknown[] {
  const parsed = objectIn(body);
  const error = fieldsOf(parsed['error']);
  const detail = fieldsOf(parsed['detail']);
  const told = parsed['err_msg'];
  return [
    error['param'],
    error['code'],
    error['type'],
    detail['status'],
    detail['code'],
    typeof told === 'string' && NO_MODEL.test(told) ? 'no_such_model' : undefined,
    placeIn(parsed['detail']),
    parsed['error_code'],
    parsed['err_code'],
    parsed['code'],
  ];
}

/** The field that a list of validation errors begins with. */
function placeIn(detail: unknown): unknown {
  const [first] = Array.isArray(detail) ? (detail as unknown[]) : [];
  const { loc } = fieldsOf(first);
  return Array.isArray(loc) ? loc.findLast((part) => typeof part === 'string') : undefined;
}

function objectIn(body: string): Record<string, unknown> {
  try {
    return fieldsOf(JSON.parse(body));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
