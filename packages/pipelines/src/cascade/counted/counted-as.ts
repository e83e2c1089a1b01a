import { NO_TOKENS } from '@antiphon/session';
import type { ProviderOperation, ProviderUsage } from '@antiphon/session';

/** Who is counted, and what it costs. */
export interface CountedAs<Prices> {
  readonly provider: string;
  /** Null where it is the provider's own. */
  readonly model: string | null;
  /** Without them no cost is told. */
  readonly prices?: Prices | undefined;
}

/** What one request used, without what it used nothing of. */
export function usageOf(
  operation: ProviderOperation,
  { provider, model }: CountedAs<unknown>,
  amounts: Partial<ProviderUsage>,
): ProviderUsage {
  const nothing = { ...NO_TOKENS, audioMs: 0, characters: 0, dollars: null };
  const unmeasured = { durationMs: null, errorCode: null };
  return { ...nothing, ...unmeasured, ...amounts, operation, provider, model };
}
