import { AgentFolderError, loadAgents } from '@antiphon/agents';
import type { LoadedAgent } from '@antiphon/agents';
import type { AgentDefinition } from '@antiphon/session';
import type { AgentShelf } from './agent-choice.ts';
import { KNOWN_CASCADE_PROVIDERS } from './cascade-providers.ts';
import type { ServerConfig } from './config.ts';
import { PIPELINES } from './pipelines.ts';
import { ServerError } from './server-error.ts';

/** Answers when nobody else is named, where it is there. */
const USUAL_DEFAULT = 'acme-support';

/** The agents of a server, with the functions of their tools. */
export interface OpenAgents extends AgentShelf {
  readonly loaded: ReadonlyMap<string, LoadedAgent>;
}

/**
 * Loads the agents of the configuration. Rejects with a ServerError, `agents_unusable`, that lists
 * every fault as `file:line:column reason`.
 */
export async function openAgents(
  config: Pick<ServerConfig, 'agentsDir' | 'defaultAgent' | 'variables'>,
): Promise<OpenAgents> {
  const loaded = await load(config);
  const agents = new Map(
    [...loaded].map(([name, { definition }]): [string, AgentDefinition] => [name, definition]),
  );
  return { loaded, agents, defaultAgent: defaultOf(agents, config) };
}

async function load({
  agentsDir,
  variables,
}: Pick<ServerConfig, 'agentsDir' | 'variables'>): Promise<ReadonlyMap<string, LoadedAgent>> {
  try {
    return await loadAgents(agentsDir, {
      pipelines: PIPELINES,
      cascadeProviders: KNOWN_CASCADE_PROVIDERS,
      variables,
    });
  } catch (cause) {
    if (!(cause instanceof AgentFolderError)) throw cause;
    throw new ServerError('agents_unusable', cause.message, { cause });
  }
}

function defaultOf(
  agents: ReadonlyMap<string, AgentDefinition>,
  { agentsDir, defaultAgent }: Pick<ServerConfig, 'agentsDir' | 'defaultAgent'>,
): AgentDefinition {
  const names = [...agents.keys()];
  const name = defaultAgent ?? (agents.has(USUAL_DEFAULT) ? USUAL_DEFAULT : names[0]);
  if (name === undefined) {
    throw new ServerError(
      'agents_unusable',
      `There is no agent in ${agentsDir}. Make a folder there, or set ANTIPHON_AGENTS_DIR.`,
    );
  }
  const agent = agents.get(name);
  if (agent) return agent;
  throw new ServerError(
    'agents_unusable',
    `ANTIPHON_DEFAULT_AGENT is "${name}", which is no agent in ${agentsDir}; ` +
      `use one of ${names.join(', ')}.`,
  );
}
