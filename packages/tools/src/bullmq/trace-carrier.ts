import { context, isSpanContextValid, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** The header fields (W3C) that carry the span a call runs for; none without one. */
export function traceCarrier(traceparent: string | undefined): Readonly<Record<string, string>> {
  return traceparent === undefined ? {} : { traceparent };
}

/** The context that such fields name; an empty one where they name none. */
export function carriedContext(carrier: Readonly<Record<string, string>>): Context {
  const spanContext = parseTraceParent(carrier['traceparent'] ?? '');
  if (spanContext === null || !isSpanContextValid(spanContext)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, isRemote: true });
}

/** The span of a context as the header field `traceparent`; `null` where there is none. */
export function traceparentOf(where: Context): string | null {
  const spanContext = trace.getSpanContext(where);
  if (!spanContext || !isSpanContextValid(spanContext)) return null;
  const { traceId, spanId, traceFlags } = spanContext;
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, '0')}`;
}

/** Runs work inside a context, where an application keeps one. */
export function within<Result>(where: Context, work: () => Result): Result {
  return context.with(where, work);
}
