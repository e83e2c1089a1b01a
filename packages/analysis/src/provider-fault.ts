import { AnalysisError } from './analysis-error.ts';
import type { AnalysisErrorCode } from './analysis-error.ts';

type ProviderCode = Extract<AnalysisErrorCode, `provider_${string}` | 'unknown_model'>;

/** What happened, and what to do about it. */
const SAYS: Readonly<Record<ProviderCode, readonly [what: string, advice: string]>> = {
  provider_unauthorized: ['refused the key', 'Look whether it is right and may use this model.'],
  unknown_model: ['does not have the model', 'Name another one that hears audio.'],
  provider_quota_exceeded: [
    'has no quota left for this account',
    'Raise it, or wait for a new day.',
  ],
  provider_rate_limited: ['is asked too often just now', 'Try again in a minute.'],
  provider_timeout: ['took too long', 'Try again, or a faster model.'],
  provider_lost: [
    'cannot be reached, or was lost',
    'Look at the address and the network, and try again.',
  ],
  provider_failed: ['failed', 'Try again later.'],
  provider_rejected: ['takes no such request', 'Name a model that hears audio and writes JSON.'],
  provider_refused: ['will not judge this call', 'Try another model, or listen to it yourself.'],
  provider_garbled: ['sent what cannot be read', 'Try again, or another model.'],
};

/** A failure of a provider, with a short note of statuses and names and nothing that was said. */
export function providerFault(provider: string, code: ProviderCode, note: string): AnalysisError {
  const [what, advice] = SAYS[code];
  return new AnalysisError(code, `${provider} ${what} (${note}). ${advice}`);
}

/** What an HTTP status means where the answer tells nothing more. */
export function codeOfStatus(status: number): ProviderCode {
  if (status === 401 || status === 403) return 'provider_unauthorized';
  if (status === 402) return 'provider_quota_exceeded';
  if (status === 404) return 'unknown_model';
  if (status === 408 || status === 504) return 'provider_timeout';
  if (status === 429) return 'provider_rate_limited';
  return status >= 500 ? 'provider_failed' : 'provider_rejected';
}

/** A name that may stand in a message: anything longer or stranger may be a sentence. */
export function nameOf(name: unknown): string | null {
  return typeof name === 'string' && /^[\w.-]{1,60}$/u.test(name) ? name : null;
}
