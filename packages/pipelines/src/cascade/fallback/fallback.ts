import type { Clock, ProviderTookOver } from '@antiphon/session';
import { CircuitBreaker } from './circuit-breaker.ts';

/** Which of the cascade's services it is about. */
export type Service = ProviderTookOver['service'];

/** What a fallback over several providers needs. */
export interface FallbackOptions<Provider> {
  /** The first is asked first; at least one. */
  readonly providers: readonly Provider[];
  /** How long one may take to its first result before the next one is asked. */
  readonly budgetMs: number;
  readonly clock: Clock;
  /** One for each provider, in the same order; their own unless given. */
  readonly breakers?: readonly CircuitBreaker[];
  /** Told of each provider that had to take over; must not throw. */
  readonly onTookOver?: (tookOver: ProviderTookOver) => void;
}

/** A provider and whether it is worth asking. */
export interface Candidate<Provider> {
  readonly provider: Provider;
  readonly breaker: CircuitBreaker;
}

/** The providers with a breaker each, which all sessions share. */
export function candidatesOf<Provider extends { readonly name: string }>({
  providers,
  clock,
  breakers = [],
}: FallbackOptions<Provider>): readonly Candidate<Provider>[] {
  if (providers.length === 0) throw new TypeError('A fallback needs one provider at least.');
  return providers.map((provider, index) => {
    const { name } = provider;
    return { provider, breaker: breakers[index] ?? new CircuitBreaker({ name, clock }) };
  });
}

/**
 * Those that are worth asking, in order; tells where the first is passed over. Where none is, the
 * first is asked all the same: an error of its own says more than that nobody was asked.
 */
export function worthAsking<Provider>(
  candidates: readonly Candidate<Provider>[],
  tell: (tookOver: Replaced) => void,
): readonly Candidate<Provider>[] {
  const admitted = candidates.filter(({ breaker }) => breaker.admits());
  const [first] = candidates;
  const [asked] = admitted;
  if (!first || !asked) return candidates.slice(0, 1);
  if (asked !== first) {
    tell({ from: first.breaker.name, to: asked.breaker.name, why: 'open', code: null });
  }
  return admitted;
}

/** What a fallback tells of a provider that was replaced. */
export type Replaced = Omit<ProviderTookOver, 'service'>;

/** What several providers are called together. */
export function namesOf(providers: readonly { readonly name: string }[]): string {
  return providers.map(({ name }) => name).join(', or ');
}
