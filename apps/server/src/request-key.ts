import type { IncomingHttpHeaders } from 'node:http';
import { credentialsFrom } from '@antiphon/protocol';

/** The key in the `Authorization` or `api-key` header of a request, if there is one. */
export function headerKey(headers: IncomingHttpHeaders): string | null {
  const credentials = credentialsFrom({
    authorization: headers.authorization,
    apiKeyHeader: apiKeyHeader(headers),
    protocolHeader: undefined,
  });
  return credentials?.key ?? null;
}

/** The `api-key` header; the first, when there are several. */
export function apiKeyHeader(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['api-key'];
  return typeof header === 'string' ? header : header?.[0];
}
