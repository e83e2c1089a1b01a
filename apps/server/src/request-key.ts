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

/** The password of HTTP's basic authentication, which browsers ask for; the user may be anybody. */
export function basicPassword({ authorization = '' }: IncomingHttpHeaders): string | null {
  const [, encoded] = /^basic +([\w+/]+={0,2})$/iu.exec(authorization) ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colonAt = text.indexOf(':');
  return colonAt < 0 ? null : text.slice(colonAt + 1);
}

/** The `api-key` header; the first, when there are several. */
export function apiKeyHeader(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['api-key'];
  return typeof header === 'string' ? header : header?.[0];
}
