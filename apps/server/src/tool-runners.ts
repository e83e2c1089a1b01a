import type { LoadedAgent } from '@antiphon/agents';
import type { AgentDefinition, Clock, ToolRunner } from '@antiphon/session';
import { AddressGuard, InProcessToolRunner, toolFunctions } from '@antiphon/tools';
import type { ServerConfig } from './config.ts';

/** What the runners of a server share. */
export interface ToolRunnerOptions {
  readonly clock: Clock;
  readonly config: Pick<ServerConfig, 'webhookAllow' | 'variables'>;
}

/** The runner of each agent's own tools, made once and shared by the agent's sessions. */
export function toolRunnersOf(
  agents: ReadonlyMap<string, LoadedAgent>,
  { clock, config }: ToolRunnerOptions,
): (agent: AgentDefinition) => ToolRunner {
  const guard = new AddressGuard({ allowed: config.webhookAllow });
  const { variables } = config;
  const runners = new Map<string, ToolRunner>();
  for (const [name, { definition, tools, webhooks }] of agents) {
    const definitions = definition.config.tools;
    const functions = toolFunctions(
      { definitions, functions: tools, webhooks },
      { guard, clock, variables },
    );
    runners.set(name, new InProcessToolRunner({ definitions, functions, clock }));
  }
  return ({ name }) => {
    const runner = runners.get(name);
    if (!runner) throw new TypeError(`No agent ${name} was loaded.`);
    return runner;
  };
}
