/** Where the id of a trace goes in the address of a trace viewer. */
const TRACE_ID = '{traceId}';

/**
 * Whether this is the address of a trace viewer: http or https with a place for the trace's id, and
 * without a password, for browsers are told of it.
 */
export function isTraceUrl(text: string): boolean {
  if (!text.includes(TRACE_ID)) return false;
  const filled = text.replaceAll(TRACE_ID, '0'.repeat(32));
  if (!URL.canParse(filled)) return false;
  const { protocol, username, password } = new URL(filled);
  return /^https?:$/u.test(protocol) && username === '' && password === '';
}
