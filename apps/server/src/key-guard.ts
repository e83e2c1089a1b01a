import type { IncomingHttpHeaders } from 'node:http';
import { protocolErrors } from '@antiphon/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeys } from './api-key.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { isSameOrigin } from './console/console-logins.ts';
import type { ConsoleLogins } from './console/console-logins.ts';
import { basicPassword, headerKey } from './request-key.ts';
import { sendFault } from './rest-fault.ts';
import type { RestFault } from './rest-fault.ts';

const INVALID_KEY: RestFault = {
  ...protocolErrors.invalidApiKey(),
  message: 'Incorrect API key provided. Send it as "Authorization: Bearer <key>".',
};

const BEYOND_SECRET: RestFault = {
  type: 'invalid_request_error',
  code: 'insufficient_permissions',
  message:
    'A client secret opens Realtime connections and nothing else. Use an API key for this request.',
  param: null,
};

/**
 * The hook of routes that only an API key opens: a client secret is answered with 403, anything
 * else with 401.
 */
export function requireKey(keys: ApiKeys, secrets: ClientSecrets) {
  return guard({ keys, secrets, challenge: 'Bearer', keyOf: headerKey });
}

/** The same, and open to browsers that are logged in to the console, for what its own pages ask. */
export function requireKeyOrLogin(keys: ApiKeys, secrets: ClientSecrets, logins: ConsoleLogins) {
  const needsKey = requireKey(keys, secrets);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { headers, method } = request;
    const isFromPage = method === 'GET' || isSameOrigin(headers);
    if (headerKey(headers) === null && isFromPage && logins.accepts(headers)) return;
    await needsKey(request, reply);
  };
}

/** As `requireKey`, for pages that operators open in a browser, which asks them for the key as a password. */
export function requireOperator(keys: ApiKeys, secrets: ClientSecrets) {
  return guard({
    keys,
    secrets,
    challenge: 'Basic realm="Antiphon: any user, an API key as password", charset="UTF-8"',
    keyOf: (headers) => headerKey(headers) ?? basicPassword(headers),
  });
}

interface Guard {
  readonly keys: ApiKeys;
  readonly secrets: ClientSecrets;
  /** How a key is asked for. */
  readonly challenge: string;
  readonly keyOf: (headers: IncomingHttpHeaders) => string | null;
}

function guard({ keys, secrets, challenge, keyOf }: Guard) {
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const key = keyOf(headers);
    if (keys.accepts(key)) return;
    if (secrets.grantOf(key)) await sendFault(reply, 403, BEYOND_SECRET);
    else await sendFault(reply.header('www-authenticate', challenge), 401, INVALID_KEY);
  };
}
