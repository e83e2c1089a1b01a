import type { ToolDefinition, ToolFunction } from '@antiphon/session';

/** The tools of one agent: all it has, and the functions of those that the server runs. */
export interface AgentTools {
  readonly definitions: readonly ToolDefinition[];
  readonly functions: ReadonlyMap<string, ToolFunction>;
}
