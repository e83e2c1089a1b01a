import type { FunctionTool, ToolChoice as WireToolChoice } from '@antiphon/protocol';
import { PLAIN_TOOL } from '@antiphon/session';
import type { ToolChoice, ToolDefinition } from '@antiphon/session';

/** The protocol sets no limit; somebody may have to approve the call, but not for ever. */
const CLIENT_TOOL_TIMEOUT_MS = 10 * 60_000;

/** Local functions answer sooner; after this a caller on the line begins to wonder. */
const CLIENT_COVER_AFTER_MS = 1_500;

/** How tools that a client sends become tools of the session. */
export interface ClientToolOptions {
  /** The tools of the agent; those that the server runs stay beside the client's. */
  readonly agentTools: readonly ToolDefinition[];
  /** Whether long calls are covered with a few words that no client asked for. */
  readonly isCovered: boolean;
}

/**
 * The session's tools when a client sends its own: the client runs those, and the agent's others
 * stay. Of two with the same name the client's wins.
 */
export function toolsBesideAgents(
  tools: readonly FunctionTool[],
  { agentTools, isCovered }: ClientToolOptions,
): ToolDefinition[] {
  const names = new Set(tools.map((tool) => tool.name));
  return [
    ...agentTools.filter((tool) => tool.runs !== 'client' && !names.has(tool.name)),
    ...tools.map((tool): ToolDefinition => ({
      ...PLAIN_TOOL,
      name: tool.name,
      description: tool.description ?? '',
      parameters: tool.parameters ?? { type: 'object', properties: {} },
      runs: 'client',
      coverAfterMs: isCovered ? CLIENT_COVER_AFTER_MS : CLIENT_TOOL_TIMEOUT_MS,
      timeoutMs: CLIENT_TOOL_TIMEOUT_MS,
    })),
  ];
}

/** The tools of an agent that its clients are to run, as the client sees them. */
export function clientToolsOf(agentTools: readonly ToolDefinition[]): FunctionTool[] {
  return agentTools
    .filter((tool) => tool.runs === 'client')
    .map(({ name, description, parameters }) => ({ name, description, parameters }));
}

/** The session's tool choice, from what the client asked for. */
export function toolChoiceFromWire(choice: WireToolChoice): ToolChoice {
  return typeof choice === 'string' ? choice : { name: choice.name };
}

/** A tool choice as the client sees it. */
export function toolChoiceToWire(choice: ToolChoice): WireToolChoice {
  return typeof choice === 'string' ? choice : { type: 'function', name: choice.name };
}
