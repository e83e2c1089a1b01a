import { AGENT_DEFAULTS } from './agent-defaults.ts';
import type { AgentFile } from './agent-schema.ts';

/** Where a tool's calls are sent; `${NAME}` in a header's value is a variable of the environment. */
export interface Webhook {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When one try is given up. */
  readonly tryTimeoutMs: number;
  /** Tries after the first that failed; none where running it twice does harm. */
  readonly retries: number;
}

/** The webhooks of an agent by tool name. */
export function webhooksOf({ tools }: AgentFile): ReadonlyMap<string, Webhook> {
  return new Map(
    tools.flatMap(({ name, effect, webhook }) => {
      if (!webhook) return [];
      const usual = effect === 'at_most_once' ? 0 : AGENT_DEFAULTS.webhook.retries;
      return [[name, { ...webhook, retries: webhook.retries ?? usual }] as const];
    }),
  );
}
