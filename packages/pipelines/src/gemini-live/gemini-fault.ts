import type { PipelineError, PipelineErrorCode } from '../pipeline-error.ts';
import { providerFault } from '../upstream/provider-fault.ts';

/** What messages call it. */
export const GEMINI = 'the Gemini Live upstream';

/**
 * What the sentences mean that a connection is closed with. There are no codes: 1007, 1008 and 1011
 * each stand for several things. Closing sentences are cut at 123 bytes.
 */
const SENTENCES: readonly (readonly [RegExp, PipelineErrorCode])[] = [
  [
    /api key|unregistered callers|permission denied|unauthenticated|credential/iu,
    'provider_unauthorized',
  ],
  [/exceeded your current quota|billing|credits|free tier|payment/iu, 'provider_quota_exceeded'],
  [
    /resource[_ ]has been exhausted|resource_exhausted|rate limit|too many|quota/iu,
    'provider_rate_limited',
  ],
  [/voice/iu, 'unknown_voice'],
  [/models?\/\S+.*(?:not found|not supported)|model.*not (?:found|supported)/iu, 'unknown_model'],
  [/goaway|deadline expired|session duration|aborted/iu, 'provider_lost'],
];

const STATUSES: Readonly<Record<number, PipelineErrorCode>> = {
  401: 'provider_unauthorized',
  403: 'provider_unauthorized',
  402: 'provider_quota_exceeded',
  404: 'unknown_model',
  429: 'provider_rate_limited',
};

/** What a refused upgrade means: the body's sentence, where it is known, tells more than the status. */
export function statusFault(status: number, body: string): PipelineError {
  const code = meaningOf(messageOf(body)) ?? STATUSES[status] ?? 'provider_failed';
  return geminiFault(code, `HTTP ${status}`);
}

/** What the end of a connection means. The sentence is read and not passed on. */
export function closeFault(code: number, reason: string): PipelineError {
  // An argument that is refused is refused again; everything else may be a matter of the moment.
  const isRefusal = code === 1007 && reason !== '';
  const meaning = meaningOf(reason) ?? (isRefusal ? 'provider_failed' : 'provider_lost');
  return geminiFault(meaning, `closed with ${code}`);
}

/** A failure of the upstream with a short note that holds nothing anyone said. */
export function geminiFault(code: PipelineErrorCode, note: string | null): PipelineError {
  return providerFault(GEMINI, code, note);
}

function meaningOf(sentence: string): PipelineErrorCode | null {
  return SENTENCES.find(([pattern]) => pattern.test(sentence))?.[1] ?? null;
}

function messageOf(body: string): string {
  try {
    const parsed = JSON.parse(body) as { error?: { message?: unknown; status?: unknown } } | null;
    return [parsed?.error?.message, parsed?.error?.status]
      .filter((part) => typeof part === 'string')
      .join(' ');
  } catch {
    return '';
  }
}
