import type { Logger } from 'pino';

/** Whom the lines of a log are about, all of them. */
export interface LogBindings {
  readonly sessionId?: string;
  readonly agent?: string;
}

/**
 * A log whose lines about a session, by their own `sessionId` or the log's, have the `trace_id` that
 * `traceIdOf` knows.
 */
export function tracedLog(
  log: Logger,
  traceIdOf: (sessionId: string) => string | null,
  bindings: LogBindings = {},
): Logger {
  const withTrace = (line: object): object => {
    const sessionId = 'sessionId' in line ? line.sessionId : bindings.sessionId;
    const traceId = typeof sessionId === 'string' ? traceIdOf(sessionId) : null;
    return traceId === null ? line : { ...line, trace_id: traceId };
  };
  return log.child(bindings, { formatters: { log: withTrace } });
}
