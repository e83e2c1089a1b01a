import type { Logger } from 'pino';
import { spanFields } from './session-log-channel.ts';
import type { LogSpan } from './session-log-channel.ts';

/** The log, with the latest turn's span in each line that has a `sessionId` of its own. */
export function withSpans(log: Logger, spanOf: (sessionId: string) => LogSpan | null): Logger {
  const withSpan = (line: { readonly sessionId?: unknown }) => {
    const { sessionId } = line;
    return typeof sessionId === 'string' ? { ...line, ...spanFields(spanOf(sessionId)) } : line;
  };
  return log.child({}, { formatters: { log: withSpan } });
}
