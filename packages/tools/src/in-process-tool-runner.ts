import type { ToolCall, ToolFunction, ToolOutcome, ToolRunner } from '@antiphon/session';
import { argumentsReader, type ArgumentsReader } from './tool-arguments.ts';
import { ToolError } from './tool-error.ts';
import type { AgentTools } from './agent-tools.ts';

/** A model reads all of a result before it speaks; more than this is no answer to a caller. */
export const MAX_OUTPUT_BYTES = 65_536;

/** Enough for a sentence that says what went wrong. */
const MAX_MESSAGE_LENGTH = 500;

interface ReadyTool {
  readonly readArguments: ArgumentsReader;
  readonly run: ToolFunction;
}

const CANCELLED: ToolOutcome = { kind: 'cancelled' };

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
    return untilAborted(settled(tool.run, args, { call, signal }), signal);
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

async function settled(
  run: ToolFunction,
  args: Readonly<Record<string, unknown>>,
  { call, signal }: { readonly call: ToolCall; readonly signal: AbortSignal },
): Promise<ToolOutcome> {
  try {
    const { sessionId, callId } = call;
    return outcomeOf(call.name, await run(args, { signal, sessionId, callId }));
  } catch (error) {
    return failed(messageOf(call.name, error));
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

function failed(message: string): ToolOutcome {
  return { kind: 'error', message };
}
