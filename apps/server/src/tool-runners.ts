import type { LoadedAgent } from '@antiphon/agents';
import type { ToolMetrics } from '@antiphon/observability';
import type { AgentDefinition, Clock, ToolDefinition, ToolRunner } from '@antiphon/session';
import {
  AddressGuard,
  BullmqToolRunner,
  InProcessToolRunner,
  RoutedToolRunner,
  toolFunctions,
} from '@antiphon/tools';
import type { ToolQueue } from '@antiphon/tools';
import type { Tracer } from '@opentelemetry/api';
import type { ServerConfig } from './config.ts';

/** What runners need besides the tools. */
export interface ToolRunnersOptions {
  /** `null` runs all tools in this process. */
  readonly queue: ToolQueue | null;
  readonly metrics: ToolMetrics;
  readonly clock: Clock;
  readonly config: Pick<ServerConfig, 'webhookAllow' | 'variables'>;
  /** Makes spans of requests and jobs; `null` makes none. */
  readonly tracer: Tracer | null;
}

/**
 * The runner of each agent's own tools, made once and shared by the agent's sessions. Without a
 * queue all tools run in this process.
 */
export function toolRunnersOf(
  agents: ReadonlyMap<string, LoadedAgent>,
  { queue, metrics, clock, config, tracer }: ToolRunnersOptions,
): (agent: AgentDefinition) => ToolRunner {
  const guard = new AddressGuard({ allowed: config.webhookAllow });
  const { variables } = config;
  const runners = new Map<string, ToolRunner>();
  for (const [name, { definition, tools, webhooks }] of agents) {
    const { tools: all } = definition.config;
    const queued = queue ? all.filter(isQueued) : [];
    const definitions = all.filter((tool) => !queued.includes(tool));
    const functions = toolFunctions(
      { definitions, functions: tools, webhooks },
      { guard, clock, variables, tracer },
    );
    const inProcess = new InProcessToolRunner({ definitions, functions, clock });
    const onWorkers =
      queue && queued.length > 0
        ? new BullmqToolRunner(queue, {
            agent: name,
            definitions: queued,
            tracer,
            onWaited: (tool, waitedMs) => metrics.queueWaited({ agent: name, tool }, waitedMs),
          })
        : null;
    runners.set(
      name,
      onWorkers
        ? new RoutedToolRunner(new Map(queued.map((tool) => [tool.name, onWorkers])), inProcess)
        : inProcess,
    );
  }
  return ({ name }) => {
    const runner = runners.get(name);
    if (!runner) throw new TypeError(`No agent ${name} was loaded.`);
    return runner;
  };
}

/** The queued tools of all agents, as `agent/tool`. */
export function queuedToolsOf(agents: ReadonlyMap<string, LoadedAgent>): string[] {
  return [...agents].flatMap(([agent, { definition }]) =>
    definition.config.tools.filter(isQueued).map(({ name }) => `${agent}/${name}`),
  );
}

function isQueued({ runs, run }: ToolDefinition): boolean {
  return runs === 'server' && run === 'queued';
}
