import { context as activeContext, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace';
import { WrittenSpan } from './written-span.ts';
import type { SpanRules } from './written-span.ts';

/** Makes spans, all of which are recorded: the end of a turn decides which are kept. */
export class WritingTracer implements Tracer {
  readonly #rules: SpanRules;
  readonly #ids = new RandomIdGenerator();

  constructor(rules: SpanRules) {
    this.#rules = rules;
  }

  startSpan(name: string, options: SpanOptions = {}, context?: Context): Span {
    const { kind = SpanKind.INTERNAL, startTime, attributes, links, root = false } = options;
    const from = root ? undefined : trace.getSpanContext(context ?? activeContext.active());
    const parent = from && trace.isSpanContextValid(from) ? from : undefined;
    const traceState = parent?.traceState;
    return new WrittenSpan(
      {
        name,
        kind,
        context: {
          traceId: parent?.traceId ?? this.#ids.generateTraceId(),
          spanId: this.#ids.generateSpanId(),
          traceFlags: TraceFlags.SAMPLED,
          ...(traceState && { traceState }),
        },
        parent,
        startTime,
        attributes,
        links,
      },
      this.#rules,
    );
  }

  /** Runs the last argument with the span as the active one. */
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: [F] | [SpanOptions, F] | [SpanOptions, Context, F]
  ): ReturnType<F> {
    const run = rest[rest.length - 1] as (span: Span) => ReturnType<F>;
    const [options, given] = rest.slice(0, -1) as [SpanOptions?, Context?];
    const context = given ?? activeContext.active();
    const span = this.startSpan(name, options, context);
    return activeContext.with(trace.setSpan(context, span), run, undefined, span);
  }
}
