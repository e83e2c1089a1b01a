import { ATTRIBUTE, SPAN } from '@antiphon/observability';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import { TOOL_QUEUE, type ToolJob } from './tool-job.ts';
import { carriedContext, traceCarrier, traceparentOf } from './trace-carrier.ts';

/** A job, or the tool in it, that runs. */
export interface JobSpan {
  /** What runs in it. */
  readonly context: Context;
  /** With the kind of the outcome, and nothing of what was returned. */
  end(outcome: string): void;
}

/** A job on its way into the queue. */
export interface SendSpan {
  /** What names the span to the worker; as the job has it where none was made. */
  readonly trace: ToolJob['trace'];
  /** With what became of it. */
  end(adding: string): void;
}

/** Ended so, a job has failed. */
const FAILURES: readonly string[] = ['error', 'timeout', 'unknown', 'failed'];

/** Makes spans of jobs, below the one of the call that they run for. */
export class JobSpans {
  readonly #tracer: Tracer | null;

  /** `null` makes none: jobs then run in the context of their call. */
  constructor(tracer: Tracer | null) {
    this.#tracer = tracer;
  }

  /** Of a call that is not traced there is no span either. */
  send(jobId: string, job: ToolJob): SendSpan {
    const parent = carriedContext(job.trace);
    if (this.#tracer === null || trace.getSpanContext(parent) === undefined) {
      return { trace: job.trace, end: () => {} };
    }
    const span = this.#tracer.startSpan(
      SPAN.send(TOOL_QUEUE.name),
      { kind: SpanKind.PRODUCER, attributes: attributesOf(jobId, job, 'send') },
      parent,
    );
    return {
      trace: traceCarrier(traceparentOf(trace.setSpan(parent, span)) ?? undefined),
      end: (adding) => {
        if (adding !== 'added') fail(span, adding);
        span.end();
      },
    };
  }

  begin(jobId: string, job: ToolJob): JobSpan {
    const parent = carriedContext(job.trace);
    if (this.#tracer === null) return { context: parent, end: () => {} };
    return running(
      this.#tracer.startSpan(
        SPAN.job(TOOL_QUEUE.name),
        { kind: SpanKind.CONSUMER, attributes: attributesOf(jobId, job, 'process') },
        parent,
      ),
      parent,
    );
  }

  /** The job's tool, which begins once it is certain that it may. */
  tool({ tool, callId }: ToolJob, parent: Context): JobSpan {
    if (this.#tracer === null) return { context: parent, end: () => {} };
    return running(
      this.#tracer.startSpan(
        SPAN.tool(tool),
        {
          attributes: {
            [ATTRIBUTE.operation]: 'execute_tool',
            [ATTRIBUTE.toolName]: tool,
            [ATTRIBUTE.toolCallId]: callId,
          },
        },
        parent,
      ),
      parent,
    );
  }
}

function running(span: Span, parent: Context): JobSpan {
  return {
    context: trace.setSpan(parent, span),
    end: (outcome) => {
      span.setAttribute(ATTRIBUTE.toolOutcome, outcome);
      if (FAILURES.includes(outcome)) fail(span, outcome);
      span.end();
    },
  };
}

function fail(span: Span, type: string): void {
  span.setAttribute(ATTRIBUTE.errorType, type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function attributesOf(jobId: string, job: ToolJob, operation: string): Attributes {
  return {
    [ATTRIBUTE.messagingSystem]: 'bullmq',
    [ATTRIBUTE.messagingDestination]: TOOL_QUEUE.name,
    [ATTRIBUTE.messagingOperation]: operation,
    [ATTRIBUTE.messageId]: jobId,
    [ATTRIBUTE.agent]: job.agent,
    [ATTRIBUTE.toolName]: job.tool,
    [ATTRIBUTE.conversation]: job.sessionId,
  };
}
