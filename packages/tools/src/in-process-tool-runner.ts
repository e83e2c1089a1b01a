import type { Clock, ToolCall, ToolFunction, ToolOutcome, ToolRunner } from '@antiphon/session';
import { argumentsReader, type ArgumentsReader } from './tool-arguments.ts';
import { ToolError } from './tool-error.ts';
import { saysUnknown } from './tool-unknown-error.ts';
import type { AgentTools } from './agent-tools.ts';

/** A model reads all of a result before it speaks; more than this is no answer to a caller. */
export const MAX_OUTPUT_BYTES = 65_536;

/** Enough for a sentence that says what went wrong. */
const MAX_MESSAGE_LENGTH = 500;

interface ReadyTool {
  readonly readArguments: ArgumentsReader;
  readonly run: ToolFunction;
  readonly timeoutMs: number;
}

/** An agent's tools and what tells when a call has taken too long. */
export interface InProcessToolRunnerOptions extends AgentTools {
  readonly clock: Clock;
}

const CANCELLED: ToolOutcome = { kind: 'cancelled' };
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
    const outcome = settled(tool.run, args, { call, signal: abort.signal });
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

async function settled(
  run: ToolFunction,
  args: Readonly<Record<string, unknown>>,
  { call, signal }: { readonly call: ToolCall; readonly signal: AbortSignal },
): Promise<ToolOutcome> {
  try {
    const { sessionId, callId } = call;
    return outcomeOf(call.name, await run(args, { signal, sessionId, callId }));
  } catch (error) {
    return saysUnknown(error) ? { kind: 'unknown' } : failed(messageOf(call.name, error));
  }
}

function outcomeOf(tool: string, value: unknown): ToolOutcome {
  const output = typeof value === 'string' ? value : jsonText(value);
  if (output === null) return failed(`${tool} gave a result that cannot be written as JSON.`);
  const bytes = Buffer.byteLength(output);
  if (bytes <= MAX_OUTPUT_BYTES) return { kind: 'result', output };
  return failed(
    `${tool} gave a result of ${bytes} bytes; at most ${MAX_OUTPUT_BYTES} can be read.`,
  );
}

/** Nothing is `null`; what JSON cannot hold is no text at all. */
function jsonText(value: unknown): string | null {
  if (value === undefined) return 'null';
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null;
  }
}

/** What was thrown in one line, without its stack. */
function messageOf(tool: string, error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : '';
  const line = text.trim().split('\n')[0]!.slice(0, MAX_MESSAGE_LENGTH);
  return line === '' ? `${tool} failed without saying why.` : line;
}

function failed(message: string): Extract<ToolOutcome, { kind: 'error' }> {
  return { kind: 'error', message };
}
