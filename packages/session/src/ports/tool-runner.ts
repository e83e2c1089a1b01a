/** A call to be run. `arguments` is JSON text as the engine wrote it. */
export interface ToolCall {
  readonly sessionId: string;
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** How a call ended; each call settles with exactly one. */
export type ToolOutcome =
  | { readonly kind: 'result'; readonly output: string }
  /** `message` is safe to show to the model; it holds no stack and no secret. */
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'cancelled' }
  /** It may or may not have happened. */
  | { readonly kind: 'unknown' };

/**
 * Runs tools. The returned promise never rejects, and settles soon after `signal` aborts. It
 * leaves out when to speak and what to say.
 */
export interface ToolRunner {
  run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome>;
}
