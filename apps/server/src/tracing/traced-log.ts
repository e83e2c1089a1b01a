import type { SpanContext } from '@opentelemetry/api';
import type { Logger } from 'pino';

/** Whom the lines of a log are about, all of them. */
export interface LogBindings {
  readonly sessionId?: string;
  readonly agent?: string;
}

/** The span that a line about a session belongs to; null where there is none. */
export type SpanOfSession = (sessionId: string) => SpanContext | null;

/**
 * A log whose lines about a session, by their own `sessionId` or the log's, have the `trace_id` and
 * the `span_id` of the span that `spanOf` knows.
 */
export function tracedLog(log: Logger, spanOf: SpanOfSession, bindings: LogBindings = {}): Logger {
  const withTrace = (line: object): object => {
    const sessionId = 'sessionId' in line ? line.sessionId : bindings.sessionId;
    const span = typeof sessionId === 'string' ? spanOf(sessionId) : null;
    return span === null ? line : { ...line, trace_id: span.traceId, span_id: span.spanId };
  };
  return log.child(bindings, { formatters: { log: withTrace } });
}
