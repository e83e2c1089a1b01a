import type { Clock, ToolFunction, ToolOutcome } from '@antiphon/session';
import { functionOutcome } from '../tool-function-outcome.ts';
import type { ArgumentsReader } from '../tool-arguments.ts';
import type { GivenUp, ToolJob } from './tool-job.ts';

/** Why a run is stopped from outside: the call is given up, or its worker closes. */
export type Stop = GivenUp | 'closing';

/** A tool as a worker has it. */
export interface WorkerTool {
  readonly readArguments: ArgumentsReader;
  readonly run: ToolFunction;
}

/** One run of a tool's function on a worker, until it ends, is stopped, or its call expires. */
export class ToolRun {
  readonly #abort = new AbortController();
  readonly #stopped: Promise<Stop>;
  #stop: (reason: Stop) => void = () => {};

  constructor() {
    this.#stopped = new Promise((resolve) => {
      this.#stop = (reason) => {
        resolve(reason);
        this.#abort.abort();
      };
    });
  }

  /**
   * Aborts the function's signal; the run is over with that, whatever the function does then. Does
   * nothing when it is over.
   */
  stop(reason: Stop): void {
    this.#stop(reason);
  }

  /** The outcome, or `closing` when the worker closed before there was one. Called once. */
  async outcome(
    tool: WorkerTool,
    { job, clock, traceparent }: { job: ToolJob; clock: Clock; traceparent: string | null },
  ): Promise<ToolOutcome | 'closing'> {
    const { args, message } = tool.readArguments(job.arguments);
    if (!args) return { kind: 'error', message, isInvalid: true };
    const { signal } = this.#abort;
    const leftMs = job.expiresAtMs - Date.now();
    if (leftMs <= 0) return { kind: 'timeout' };
    const timer = clock.setTimeout(() => this.#stop('timeout'), leftMs);
    // One that was stopped before it began does not begin.
    const first = signal.aborted ? await this.#stopped : null;
    const { sessionId, callId, tool: name } = job;
    const call = { sessionId, callId, name, ...(traceparent !== null && { traceparent }) };
    const end =
      first ??
      (await Promise.race([this.#stopped, functionOutcome(tool.run, { call, args, signal })]));
    clock.clearTimeout(timer);
    this.#stop = () => {};
    if (typeof end !== 'string') return end;
    return end === 'closing' ? end : { kind: end };
  }
}
