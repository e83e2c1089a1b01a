import type { IncomingHttpHeaders } from 'node:http';
import { protocolErrors } from '@antiphon/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
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

const BEYOND_TENANT: RestFault = {
  ...BEYOND_SECRET,
  message: "This is for operators of the server. A tenant's key does not open it.",
};

/** Who asks: as the key in a header opens, or else as the login of a browser does. */
export function accessOf(
  { headers }: Pick<FastifyRequest, 'headers'>,
  { keys, logins }: { readonly keys: ApiKeys; readonly logins: ConsoleLogins },
): Access | null {
  const key = headerKey(headers);
  return key === null ? logins.accessOf(headers) : keys.accessOf(key);
}

/**
 * The hook of routes that only an API key opens: a client secret is answered with 403, anything
 * else with 401.
 */
export function requireKey(keys: ApiKeys, secrets: ClientSecrets) {
  return guard({ keys, secrets, challenge: 'Bearer', keyOf: headerKey });
}

/** As `requireKey`, for what is operators' alone: a tenant's key is answered with 403. */
export function requireOperatorKey(keys: ApiKeys, secrets: ClientSecrets) {
  return guard({ keys, secrets, challenge: 'Bearer', keyOf: headerKey, isForOperators: true });
}

/** As `requireKey`, and open to browsers that are logged in to the console, for what its own pages ask. */
export function requireKeyOrLogin(keys: ApiKeys, secrets: ClientSecrets, logins: ConsoleLogins) {
  const needsKey = requireKey(keys, secrets);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { headers, method } = request;
    const isFromPage = method === 'GET' || isSameOrigin(headers);
    if (headerKey(headers) === null && isFromPage && logins.accessOf(headers)) return;
    await needsKey(request, reply);
  };
}

/** As `requireOperatorKey`, for pages: a browser asks for the key as a password. */
export function requireOperator(keys: ApiKeys, secrets: ClientSecrets) {
  return guard({
    keys,
    secrets,
    challenge: 'Basic realm="Antiphon: any user, an API key as password", charset="UTF-8"',
    keyOf: (headers) => headerKey(headers) ?? basicPassword(headers),
    isForOperators: true,
  });
}

interface Guard {
  readonly keys: ApiKeys;
  readonly secrets: ClientSecrets;
  /** How a key is asked for. */
  readonly challenge: string;
  readonly keyOf: (headers: IncomingHttpHeaders) => string | null;
  readonly isForOperators?: boolean;
}

function guard({ keys, secrets, challenge, keyOf, isForOperators = false }: Guard) {
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const key = keyOf(headers);
    const access = keys.accessOf(key);
    if (access && !(isForOperators && access.tenant !== null)) return;
    if (access) await sendFault(reply, 403, BEYOND_TENANT);
    else if (secrets.grantOf(key)) await sendFault(reply, 403, BEYOND_SECRET);
    else await sendFault(reply.header('www-authenticate', challenge), 401, INVALID_KEY);
  };
}
