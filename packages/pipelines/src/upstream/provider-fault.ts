import { PipelineError } from '../pipeline-error.ts';
import type { PipelineErrorCode } from '../pipeline-error.ts';

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

/** Whether a provider that failed so will go on failing. */
export function isLasting({ code }: PipelineError): boolean {
  return LASTING.has(code);
}

/** A failure of a provider with a short note that holds nothing anyone said. */
export function providerFault(
  provider: string,
  code: PipelineErrorCode,
  note: string | null,
): PipelineError {
  const what = `${provider} ${ADVICE[code] ?? 'failed'}`;
  return new PipelineError(code, note === null ? what : `${what} (${note})`);
}
