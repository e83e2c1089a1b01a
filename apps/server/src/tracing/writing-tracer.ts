import type { SpanMaker } from '@antiphon/observability';
import { context as activeContext, isSpanContextValid, SpanKind, trace } from '@opentelemetry/api';
import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { WrittenSpan } from './written-span.ts';
import type { SpanBegin, SpanRules } from './written-span.ts';

/** Makes spans, all of which are recorded: the end of a turn decides which are kept. */
export class WritingTracer implements Tracer, SpanMaker {
  readonly #rules: SpanRules;

  constructor(rules: SpanRules) {
    this.#rules = rules;
  }

  startSpan(name: string, options: SpanOptions = {}, context?: Context): Span {
    const from = options.root ? undefined : trace.getSpan(context ?? activeContext.active());
    return this.startChild(name, options, from ?? null);
  }

  startChild(name: string, options: SpanOptions, parent: Span | null): Span {
    const { kind = SpanKind.INTERNAL, startTime, attributes, links } = options;
    return new WrittenSpan(
      { name, kind, parent: parentOf(parent), startTime, attributes, links },
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

function parentOf(span: Span | null): SpanBegin['parent'] {
  if (span === null || span instanceof WrittenSpan) return span;
  const context = span.spanContext();
  return isSpanContextValid(context) ? context : null;
}
