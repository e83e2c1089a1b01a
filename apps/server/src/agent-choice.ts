import type { AgentDefinition } from '@antiphon/session';
import { protocolErrors } from '@antiphon/protocol';
import type { ProtocolFault } from '@antiphon/protocol';

/** Who answers a connection. */
export interface AgentChoice {
  readonly agent: AgentDefinition;
  /** The name that `session.created` shows as the model. */
  readonly model: string;
  /** Whether the agent greets without being asked; a client that names a model drives by itself. */
  readonly greets: boolean;
}

/** The agents there are, by name, and which of them answers when none is named. */
export interface AgentShelf {
  readonly agents: ReadonlyMap<string, AgentDefinition>;
  readonly defaultAgent: AgentDefinition;
}

/**
 * Who answers, by the query of the connection: `?agent=NAME` is that agent and greets,
 * `?model=NAME` (Azure's `?deployment=NAME`) is the agent of that name or else the default one, no
 * query is the default one.
 */
export function chooseAgent(
  query: URLSearchParams,
  { agents, defaultAgent }: AgentShelf,
): AgentChoice | ProtocolFault {
  const name = query.get('agent');
  const model = query.get('model') ?? query.get('deployment');
  if (name !== null) {
    const agent = agents.get(name);
    if (agent) return { agent, model: model ?? name, greets: true };
    return protocolErrors.unsupportedValue({
      param: 'agent',
      value: name,
      supported: [...agents.keys()],
    });
  }
  const agent = agents.get(model ?? '') ?? defaultAgent;
  return { agent, model: model ?? agent.name, greets: false };
}
