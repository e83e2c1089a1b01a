import type { ToolCall, ToolOutcome, ToolRunner } from '../ports/tool-runner.ts';

interface RunningTool {
  readonly call: ToolCall;
  readonly signal: AbortSignal;
  readonly settle: (outcome: ToolOutcome) => void;
}

/** A runner whose tools end when the test says so. */
export class FakeTools implements ToolRunner {
  readonly running: RunningTool[] = [];

  run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    return new Promise((settle) => {
      this.running.push({ call, signal, settle });
      signal.addEventListener('abort', () => settle({ kind: 'cancelled' }), { once: true });
    });
  }

  /** Ends the call made last and lets what follows from it happen. */
  async finish(output: string): Promise<void> {
    this.running.at(-1)?.settle({ kind: 'result', output });
    await Promise.resolve();
    await Promise.resolve();
  }
}
