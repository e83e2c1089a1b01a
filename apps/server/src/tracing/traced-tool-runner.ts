import type { ToolCall, ToolOutcome, ToolRunner } from '@antiphon/session';

/** Tells the runner of a call which span it runs for. */
export class TracedToolRunner implements ToolRunner {
  readonly #runner: ToolRunner;
  readonly #traceparentOf: (call: ToolCall) => string | null;

  constructor(runner: ToolRunner, traceparentOf: (call: ToolCall) => string | null) {
    this.#runner = runner;
    this.#traceparentOf = traceparentOf;
  }

  run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    const traceparent = this.#traceparentOf(call);
    return this.#runner.run(traceparent === null ? call : { ...call, traceparent }, signal);
  }
}
