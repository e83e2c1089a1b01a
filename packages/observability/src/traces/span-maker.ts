import type { Span, SpanOptions } from '@opentelemetry/api';

/** Begins spans where the span above is at hand, without a context made for it. */
export interface SpanMaker {
  /** Begins a span below another, or a trace. */
  startChild(name: string, options: SpanOptions, parent: Span | null): Span;
}
