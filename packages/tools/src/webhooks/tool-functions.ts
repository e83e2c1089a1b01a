import type { Clock, ToolFunction } from '@antiphon/session';
import type { Tracer } from '@opentelemetry/api';
import type { AgentTools } from '../agent-tools.ts';
import type { AddressGuard } from './address-guard.ts';
import type { VariableLookup } from './header-variables.ts';
import { webhookFunction } from './webhook-function.ts';
import type { Webhook } from './webhook.ts';

/** An agent's tools as its folder has them: some in code, some a service to call. */
export interface FolderTools extends AgentTools {
  readonly webhooks: ReadonlyMap<string, Webhook>;
}

/** All tools of an agent that the server runs as functions. Throws a ToolError as `webhookFunction`. */
export function toolFunctions(
  { definitions, functions, webhooks }: FolderTools,
  options: {
    readonly guard: AddressGuard;
    readonly clock: Clock;
    readonly variables: VariableLookup;
    /** Makes a span of each request of a call that is traced; `null` makes none. */
    readonly tracer?: Tracer | null;
  },
): ReadonlyMap<string, ToolFunction> {
  const all = new Map(functions);
  for (const tool of definitions) {
    const webhook = webhooks.get(tool.name);
    if (webhook) all.set(tool.name, webhookFunction(webhook, { ...options, tool }));
  }
  return all;
}
