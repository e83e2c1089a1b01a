import type { Clock, ToolCall, ToolFunction, ToolOutcome, ToolRunner } from '@antiphon/session';
import type { AgentTools } from './agent-tools.ts';
import { argumentsReader, type ArgumentsReader } from './tool-arguments.ts';
import { ToolError } from './tool-error.ts';
import { CANCELLED, failed, functionOutcome } from './tool-function-outcome.ts';

interface ReadyTool {
  readonly readArguments: ArgumentsReader;
  readonly run: ToolFunction;
  readonly timeoutMs: number;
}

/** An agent's tools and what tells when a call has taken too long. */
export interface InProcessToolRunnerOptions extends AgentTools {
  readonly clock: Clock;
}

const TIMED_OUT: ToolOutcome = { kind: 'timeout' };

/**
 * Runs the tools of one agent in this process, with arguments checked against their schemas; one
 * runner serves all sessions of the agent. A call is given up when it is aborted and when its time
 * is over; its tool is told, and nobody waits for what it does then.
 */
export class InProcessToolRunner implements ToolRunner {
  readonly #tools = new Map<string, ReadyTool>();
  readonly #clock: Clock;

  /** Throws a {@link ToolError} when a tool that the server runs has no function or no valid schema. */
  constructor({ definitions, functions, clock }: InProcessToolRunnerOptions) {
    this.#clock = clock;
    for (const { name, parameters, runs, timeoutMs } of definitions) {
      if (runs !== 'server') continue;
      const run = functions.get(name);
      if (!run) {
        throw new ToolError('missing_function', `the tool ${name} has no function; give it one`);
      }
      this.#tools.set(name, { readArguments: argumentsReader(name, parameters), run, timeoutMs });
    }
  }

  async run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    const tool = this.#tools.get(call.name);
    if (!tool) return failed(`There is no tool named ${call.name}.`);
    const { args, message } = tool.readArguments(call.arguments);
    if (!args) return { ...failed(message), isInvalid: true };
    if (signal.aborted) return CANCELLED;
    const abort = new AbortController();
    const outcome = functionOutcome(tool.run, { call, args, signal: abort.signal });
    return this.#untilGivenUp(outcome, { abort, signal, timeoutMs: tool.timeoutMs });
  }

  /** The outcome, or why the call was given up, whatever the tool does then. */
  #untilGivenUp(
    outcome: Promise<ToolOutcome>,
    call: { abort: AbortController; signal: AbortSignal; timeoutMs: number },
  ): Promise<ToolOutcome> {
    const { abort, signal, timeoutMs } = call;
    return new Promise((resolve) => {
      const end = (value: ToolOutcome): void => {
        this.#clock.clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        resolve(value);
      };
      const giveUp = (value: ToolOutcome): void => {
        end(value);
        abort.abort();
      };
      const cancel = (): void => giveUp(CANCELLED);
      const timer = this.#clock.setTimeout(() => giveUp(TIMED_OUT), timeoutMs);
      signal.addEventListener('abort', cancel, { once: true });
      void outcome.then(end);
    });
  }
}
