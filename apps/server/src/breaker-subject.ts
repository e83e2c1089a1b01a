import type { KnownProvider } from '@antiphon/agents';
import type { BreakerSubject } from '@antiphon/pipelines';
import type { CascadeService } from '@antiphon/session';
import { keyVariableOf } from './key-variable.ts';

/**
 * Whom a breaker is about: one model of one provider at one address, for one account. A model that
 * is unknown, or an account that is used up, says nothing of the others. People are told the
 * provider, its model and, of an address of one's own, the host: a path may hold a secret.
 */
export function breakerSubject(
  service: BreakerSubject['service'],
  { provider, model, url, ...rest }: CascadeService,
  hosted: KnownProvider | null,
): BreakerSubject {
  const account = keyVariableOf({ provider, url, ...rest }, hosted);
  const where = url !== undefined && URL.canParse(url) ? `at ${new URL(url).host}` : '';
  return {
    service,
    name: [provider, model ?? '', where].filter((part) => part !== '').join(' '),
    identity: JSON.stringify([provider, url ?? null, model ?? null, account]),
  };
}
