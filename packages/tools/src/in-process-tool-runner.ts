import type { ToolCall, ToolFunction, ToolOutcome, ToolRunner } from '@antiphon/session';
import type { AgentTools } from './agent-tools.ts';
import { argumentsReader, type ArgumentsReader } from './tool-arguments.ts';
import { ToolError } from './tool-error.ts';
import { CANCELLED, failed, functionOutcome } from './tool-function-outcome.ts';

interface ReadyTool {
  readonly readArguments: ArgumentsReader;
  readonly run: ToolFunction;
}

/**
 * Runs the tools of one agent in this process, with arguments checked against their schemas; one
 * runner serves all sessions of the agent. It has no clock: who calls it gives a call up by
 * aborting it.
 */
export class InProcessToolRunner implements ToolRunner {
  readonly #tools = new Map<string, ReadyTool>();

  /** Throws a {@link ToolError} when a tool that the server runs has no function or no valid schema. */
  constructor({ definitions, functions }: AgentTools) {
    for (const { name, parameters, runs } of definitions) {
      if (runs !== 'server') continue;
      const run = functions.get(name);
      if (!run) {
        throw new ToolError('missing_function', `the tool ${name} has no function; give it one`);
      }
      this.#tools.set(name, { readArguments: argumentsReader(name, parameters), run });
    }
  }

  async run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    const tool = this.#tools.get(call.name);
    if (!tool) return failed(`There is no tool named ${call.name}.`);
    const { args, message } = tool.readArguments(call.arguments);
    if (!args) return failed(message);
    if (signal.aborted) return CANCELLED;
    return untilAborted(functionOutcome(tool.run, { call, args, signal }), signal);
  }
}

/** The outcome, or `cancelled` as soon as the signal aborts, whatever the tool does then. */
function untilAborted(outcome: Promise<ToolOutcome>, signal: AbortSignal): Promise<ToolOutcome> {
  return new Promise((resolve) => {
    const cancel = (): void => resolve(CANCELLED);
    signal.addEventListener('abort', cancel, { once: true });
    void outcome.then((value) => {
      signal.removeEventListener('abort', cancel);
      resolve(value);
    });
  });
}
