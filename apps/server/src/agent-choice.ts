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
  /** A session that only listens; left out unless the query asks for one. */
  readonly sessionType?: 'transcription';
}

/** The agents there are, by name, and which of them answers when none is named. */
export interface AgentShelf {
  readonly agents: ReadonlyMap<string, AgentDefinition>;
  readonly defaultAgent: AgentDefinition;
}

/**
 * Who answers, by the query of the connection: `?agent=NAME` is that agent and greets,
 * `?model=NAME` (Azure's `?deployment=NAME`) is the agent of that name or else the default one, no
 * query is the default one. `?intent=transcription` listens with that agent's recogniser and says
 * nothing; `?call_id=ID` would join a call that came over WebRTC or SIP, and there are none.
 */
export function chooseAgent(
  query: URLSearchParams,
  { agents, defaultAgent }: AgentShelf,
): AgentChoice | ProtocolFault {
  if (query.has('call_id')) {
    return protocolErrors.invalidValue({
      param: 'call_id',
      reason: 'calls over WebRTC or SIP are not taken here, so there is none to join',
    });
  }
  const name = query.get('agent');
  const model = query.get('model') ?? query.get('deployment');
  const agent = agents.get(name ?? model ?? '') ?? (name === null ? defaultAgent : null);
  if (!agent) {
    return protocolErrors.unsupportedValue({
      param: 'agent',
      value: name,
      supported: [...agents.keys()],
    });
  }
  const choice = { agent, model: model ?? agent.name };
  return query.get('intent') === 'transcription'
    ? { ...choice, greets: false, sessionType: 'transcription' }
    : { ...choice, greets: name !== null };
}
