import { ATTRIBUTE, SPAN } from '@antiphon/observability';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Tracer } from '@opentelemetry/api';
import { TOOL_QUEUE, type ToolJob } from './tool-job.ts';
import { carriedContext } from './trace-carrier.ts';

/** A job that runs. */
export interface JobSpan {
  /** What the job's function runs in. */
  readonly context: Context;
  /** With the kind of the outcome, and nothing of what was returned. */
  end(outcome: string): void;
}

/** Ended so, a job has failed. */
const FAILURES: readonly string[] = ['error', 'timeout', 'unknown', 'failed'];

/** Makes a span of each job, below the one of the call that it runs for. */
export class JobSpans {
  readonly #tracer: Tracer | null;

  /** `null` makes none: jobs then run in the context of their call. */
  constructor(tracer: Tracer | null) {
    this.#tracer = tracer;
  }

  begin(jobId: string, job: ToolJob): JobSpan {
    const parent = carriedContext(job.trace);
    if (this.#tracer === null) return { context: parent, end: () => {} };
    const span = this.#tracer.startSpan(
      SPAN.job(TOOL_QUEUE.name),
      {
        kind: SpanKind.CONSUMER,
        attributes: {
          [ATTRIBUTE.messagingSystem]: 'bullmq',
          [ATTRIBUTE.messagingDestination]: TOOL_QUEUE.name,
          [ATTRIBUTE.messagingOperation]: 'process',
          [ATTRIBUTE.messageId]: jobId,
          [ATTRIBUTE.agent]: job.agent,
          [ATTRIBUTE.toolName]: job.tool,
          [ATTRIBUTE.conversation]: job.sessionId,
        },
      },
      parent,
    );
    return {
      context: trace.setSpan(parent, span),
      end: (outcome) => {
        span.setAttribute(ATTRIBUTE.toolOutcome, outcome);
        if (FAILURES.includes(outcome)) {
          span.setAttribute(ATTRIBUTE.errorType, outcome);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  }
}
