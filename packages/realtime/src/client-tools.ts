import type { FunctionTool, ToolChoice as WireToolChoice } from '@antiphon/protocol';
import { PLAIN_TOOL } from '@antiphon/session';
import type { ToolChoice, ToolDefinition } from '@antiphon/session';

/** The protocol sets no limit; somebody may have to approve the call, but not for ever. */
const CLIENT_TOOL_TIMEOUT_MS = 10 * 60_000;

/** How tools that a client sends become tools of the session. */
export interface ClientToolOptions {
  /** The tools of the agent; those that the server runs stay beside the client's. */
  readonly agentTools: readonly ToolDefinition[];
  /** Whether long calls are covered with a few words that no client asked for. */
  readonly isCovered: boolean;
}

/**
 * The session's tools when a client sends its own: the client runs those, and the agent's others
 * stay. Of two with the same name the client's wins; how its calls are treated is up to the agent
 * where that has it as a client's tool, and else to the client.
 */
export function toolsBesideAgents(
  tools: readonly FunctionTool[],
  { agentTools, isCovered }: ClientToolOptions,
): ToolDefinition[] {
  const names = new Set(tools.map((tool) => tool.name));
  return [
    ...agentTools.filter((tool) => tool.runs !== 'client' && !names.has(tool.name)),
    ...tools.map((tool): ToolDefinition => {
      const known = agentTools.find(({ name, runs }) => runs === 'client' && name === tool.name);
      return known ? redescribed(known, tool) : definitionOf(tool, isCovered);
    }),
  ];
}

/** The agent's tool with what the client says of it. */
function redescribed(known: ToolDefinition, tool: FunctionTool): ToolDefinition {
  const { description, parameters } = known;
  return {
    ...known,
    description: tool.description ?? description,
    parameters: tool.parameters ?? parameters,
  };
}

/** A tool that the agent does not know; a client that names covers wants them spoken. */
function definitionOf(tool: FunctionTool, isCovered: boolean): ToolDefinition {
  const { covers, coverAfterMs, deadlineMs, timeoutMs, confirm, readBack } = tool.antiphon ?? {};
  const usualCoverAfterMs =
    isCovered || covers !== undefined ? PLAIN_TOOL.coverAfterMs : CLIENT_TOOL_TIMEOUT_MS;
  return {
    ...PLAIN_TOOL,
    name: tool.name,
    description: tool.description ?? '',
    parameters: tool.parameters ?? { type: 'object', properties: {} },
    runs: 'client',
    confirm: confirm ?? PLAIN_TOOL.confirm,
    readBack: readBack ?? PLAIN_TOOL.readBack,
    coverAfterMs: coverAfterMs ?? usualCoverAfterMs,
    covers: covers ?? PLAIN_TOOL.covers,
    deadlineMs: deadlineMs ?? PLAIN_TOOL.deadlineMs,
    timeoutMs: timeoutMs ?? CLIENT_TOOL_TIMEOUT_MS,
  };
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
