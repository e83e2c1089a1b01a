import type { ToolDefinition } from '@antiphon/session';

/** What a tool is told besides its arguments. */
export interface ToolContext {
  /** Aborts when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  readonly sessionId: string;
  readonly callId: string;
}

/**
 * A tool: gets arguments that fit its JSON Schema and returns a JSON value or a text, at once or
 * later. The message of what it throws is told to the model.
 */
export type ToolFunction = (
  // The schema, not the compiler, says what the arguments are.
  // oxlint-disable-next-line no-explicit-any
  args: any,
  context: ToolContext,
) => unknown;

/** The tools of one agent: all it has, and the functions of those that the server runs. */
export interface AgentTools {
  readonly definitions: readonly ToolDefinition[];
  readonly functions: ReadonlyMap<string, ToolFunction>;
}
