import { protocolErrors } from '@antiphon/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeys } from './api-key.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { headerKey } from './request-key.ts';
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
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const key = headerKey(headers);
    if (keys.accepts(key)) return;
    if (secrets.grantOf(key)) await sendFault(reply, 403, BEYOND_SECRET);
    else await sendFault(reply.header('www-authenticate', 'Bearer'), 401, INVALID_KEY);
  };
}
