import type { FastifyInstance } from 'fastify';
import type { ApiKeys } from './api-key.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { requireKey } from './key-guard.ts';
import { sendFault } from './rest-fault.ts';

const NOT_HERE = {
  type: 'invalid_request_error',
  code: 'not_implemented',
  message: 'Calls over WebRTC or SIP are not taken here. Connect by WebSocket to /v1/realtime.',
  param: null,
} as const;

/** The protocol's routes of WebRTC and SIP calls: 501 with the way that there is. */
export async function callRoutes(
  app: FastifyInstance,
  { keys, secrets }: { readonly keys: ApiKeys; readonly secrets: ClientSecrets },
): Promise<void> {
  // Scoped: an SDP offer is a content type that no other route takes.
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    const route = { onRequest: requireKey(keys, secrets) };
    for (const base of ['/v1/realtime/calls', '/openai/v1/realtime/calls']) {
      for (const path of [base, `${base}/:callId/:action`]) {
        scope.post(path, route, (_request, reply) => sendFault(reply, 501, NOT_HERE));
      }
    }
    done();
  });
}
