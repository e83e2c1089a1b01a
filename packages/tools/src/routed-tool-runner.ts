import type { ToolCall, ToolOutcome, ToolRunner } from '@antiphon/session';

/** Passes each call to the runner of its tool, and those of other tools to `elsewhere`. */
export class RoutedToolRunner implements ToolRunner {
  readonly #byTool: ReadonlyMap<string, ToolRunner>;
  readonly #elsewhere: ToolRunner;

  constructor(byTool: ReadonlyMap<string, ToolRunner>, elsewhere: ToolRunner) {
    this.#byTool = byTool;
    this.#elsewhere = elsewhere;
  }

  run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    return (this.#byTool.get(call.name) ?? this.#elsewhere).run(call, signal);
  }
}
