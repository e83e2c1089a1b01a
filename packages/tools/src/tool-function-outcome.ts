import type { ToolCall, ToolFunction, ToolOutcome } from '@antiphon/session';
import { saysUnknown } from './tool-unknown-error.ts';

/** A model reads all of a result before it speaks; more than this is no answer to a caller. */
export const MAX_OUTPUT_BYTES = 65_536;

/** Enough for a sentence that says what went wrong. */
const MAX_MESSAGE_LENGTH = 500;

export const CANCELLED: ToolOutcome = { kind: 'cancelled' };

/** A call of a function whose arguments were found to fit. */
export interface FunctionCall {
  readonly call: Pick<ToolCall, 'sessionId' | 'callId' | 'name' | 'traceparent'>;
  readonly args: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** Runs a tool's function; what it returns or throws becomes an outcome, and nothing rejects. */
export async function functionOutcome(
  run: ToolFunction,
  { call, args, signal }: FunctionCall,
): Promise<ToolOutcome> {
  try {
    const { sessionId, callId, traceparent } = call;
    const context = {
      signal,
      sessionId,
      callId,
      ...(traceparent !== undefined && { traceparent }),
    };
    return outcomeOf(call.name, await run(args, context));
  } catch (error) {
    return saysUnknown(error) ? { kind: 'unknown' } : failed(messageOf(call.name, error));
  }
}

/** An error that the model may read. */
export function failed(message: string): Extract<ToolOutcome, { kind: 'error' }> {
  return { kind: 'error', message };
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
