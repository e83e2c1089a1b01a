/** A call to be run. `arguments` is JSON text as the engine wrote it. */
export interface ToolCall {
  readonly sessionId: string;
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
  /** The span it runs for, as the W3C header field of that name; absent where nothing is traced. */
  readonly traceparent?: string;
}

/** How a call ended; each call settles with exactly one. */
export type ToolOutcome =
  | { readonly kind: 'result'; readonly output: string }
  /** `message` is safe to show to the model; it holds no stack and no secret. */
  | {
      readonly kind: 'error';
      readonly message: string;
      /** The arguments do not fit the schema: nothing was run, and the model may mend them. */
      readonly isInvalid?: boolean;
    }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'cancelled' }
  /** It may or may not have happened. */
  | { readonly kind: 'unknown' };

/**
 * Runs tools. The returned promise never rejects, and settles soon after `signal` aborts, or with
 * `timeout` when the tool's `timeoutMs` are over. A call may outlive its session. It leaves out
 * when to speak and what to say.
 */
export interface ToolRunner {
  run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome>;
}

/** What a tool is told besides its arguments. */
export interface ToolContext {
  /** Aborts when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  readonly sessionId: string;
  readonly callId: string;
  /** The span it runs for, as the W3C header field of that name; absent where nothing is traced. */
  readonly traceparent?: string;
}

/**
 * A tool as code: gets arguments that fit its JSON Schema and returns what the agent is to know, a
 * JSON value or a text, at once or later. What it throws is told to the agent by its message.
 */
export type ToolFunction = (
  // The schema, not the compiler, says what the arguments are.
  // oxlint-disable-next-line no-explicit-any
  args: any,
  context: ToolContext,
) => unknown;
