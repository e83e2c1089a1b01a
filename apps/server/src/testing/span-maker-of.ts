import type { SpanMaker } from '@antiphon/observability';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Tracer } from '@opentelemetry/api';

/** What the library's tracer makes, one below another. */
export function spanMakerOf(tracer: Tracer): SpanMaker {
  return {
    startChild: (name, options, parent) =>
      tracer.startSpan(name, options, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT),
  };
}
