import type { SpanContext } from '@opentelemetry/api';
import type { Logger } from 'pino';

/** Whom the lines of a log are about, all of them. */
export interface LogBindings {
  readonly sessionId?: string;
  readonly agent?: string;
}

/**
 * A log whose lines about a session, by their own `sessionId` or the log's, have the `trace_id` and
 * `span_id` of the turn that `turnOf` knows.
 */
export function tracedLog(
  log: Logger,
  turnOf: (sessionId: string) => SpanContext | null,
  bindings: LogBindings = {},
): Logger {
  const withTrace = (line: object): object => {
    const sessionId = 'sessionId' in line ? line.sessionId : bindings.sessionId;
    const turn = typeof sessionId === 'string' ? turnOf(sessionId) : null;
    return turn ? { ...line, trace_id: turn.traceId, span_id: turn.spanId } : line;
  };
  return log.child(bindings, { formatters: { log: withTrace } });
}
