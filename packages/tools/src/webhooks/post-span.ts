import { ATTRIBUTE, SPAN } from '@antiphon/observability';
import { SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { carriedContext, traceparentOf } from '../bullmq/trace-carrier.ts';

/** A request on its way. */
export interface PostSpan {
  /** What names it to the service; nothing where the call is not traced. */
  readonly headers: Readonly<Record<string, string>>;
  answered(status: number): void;
  /** No answer came. */
  failed(): void;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * The span of one request, below the one of its call. Of the address it has the host only: the
 * rest may hold a secret. The service is told to follow where the call was, whatever is recorded.
 */
export function postSpan(request: {
  readonly tracer: Tracer | null;
  readonly traceparent: string | undefined;
  readonly url: URL;
  readonly resends: number;
}): PostSpan {
  const { tracer, traceparent, url, resends } = request;
  if (traceparent === undefined) return { headers: {}, answered: () => {}, failed: () => {} };
  const parent = carriedContext({ traceparent });
  if (tracer === null || trace.getSpanContext(parent) === undefined) {
    return { headers: { traceparent }, answered: () => {}, failed: () => {} };
  }
  const span = tracer.startSpan(
    SPAN.post,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        [ATTRIBUTE.httpMethod]: 'POST',
        [ATTRIBUTE.serverAddress]: url.hostname,
        [ATTRIBUTE.serverPort]:
          url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port),
        ...(resends > 0 && { [ATTRIBUTE.httpResends]: resends }),
      },
    },
    parent,
  );
  const end = (error: string | null): void => {
    if (error !== null) {
      span.setAttribute(ATTRIBUTE.errorType, error);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  };
  return {
    headers: { traceparent: followed(traceparentOf(trace.setSpan(parent, span)), traceparent) },
    answered: (status) => {
      span.setAttribute(ATTRIBUTE.httpStatus, status);
      end(status >= 400 ? String(status) : null);
    },
    failed: () => end('_OTHER'),
  };
}

/** The span's own name with the flags that its call was given. */
function followed(own: string | null, ofCall: string): string {
  return own === null ? ofCall : `${own.slice(0, -2)}${ofCall.slice(-2)}`;
}
