import { isSpanContextValid } from '@opentelemetry/api';
import type { SpanContext } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** The span that a `traceparent` of another process names; null where it names none. */
export function spanOf(traceparent: string | null): SpanContext | null {
  const span = traceparent === null ? null : parseTraceParent(traceparent);
  return span !== null && isSpanContextValid(span) ? { ...span, isRemote: true } : null;
}
