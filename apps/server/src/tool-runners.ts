import type { LoadedAgent } from '@antiphon/agents';
import type { AgentDefinition, ToolRunner } from '@antiphon/session';
import { InProcessToolRunner } from '@antiphon/tools';

/** The runner of each agent's own tools, made once and shared by the agent's sessions. */
export function toolRunnersOf(
  agents: ReadonlyMap<string, LoadedAgent>,
): (agent: AgentDefinition) => ToolRunner {
  const runners = new Map<string, ToolRunner>();
  for (const [name, { definition, tools }] of agents) {
    const { tools: definitions } = definition.config;
    runners.set(name, new InProcessToolRunner({ definitions, functions: tools }));
  }
  return ({ name }) => {
    const runner = runners.get(name);
    if (!runner) throw new TypeError(`No agent ${name} was loaded.`);
    return runner;
  };
}
