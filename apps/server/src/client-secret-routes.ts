import { betaSessionObject, newId, protocolErrors } from '@antiphon/protocol';
import { previewSession } from '@antiphon/realtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { chooseAgent } from './agent-choice.ts';
import type { AgentShelf } from './agent-choice.ts';
import type { ApiKeys } from './api-key.ts';
import {
  flatFault,
  NOT_JSON,
  readFlatSecretRequest,
  readSecretRequest,
} from './client-secret-request.ts';
import type { SecretRequest } from './client-secret-request.ts';
import type { ClientSecrets } from './client-secrets.ts';
import type { ConsoleLogins } from './console/console-logins.ts';
import { accessOf, requireKeyOrLogin } from './key-guard.ts';
import { headerKey } from './request-key.ts';
import { sendFault } from './rest-fault.ts';

/** Long instructions and a hundred tools are some 100 KiB. */
const MAX_BODY_BYTES = 256 * 1024;

/** Stands where the key behind a secret would, for secrets that pages of the console make. */
const CONSOLE = 'console';

/** What the routes need. */
export interface ClientSecretRoutesOptions {
  readonly keys: ApiKeys;
  readonly secrets: ClientSecrets;
  /** Pages of the console make secrets for calls of their own. */
  readonly logins: ConsoleLogins;
  readonly shelf: AgentShelf;
  readonly log: Logger;
}

/**
 * The routes that make client secrets, under `/v1` and Azure's `/openai/v1`: `client_secrets`, and
 * the older `sessions` and `transcription_sessions`. Errors are those of the OpenAI API.
 */
export async function clientSecretRoutes(
  app: FastifyInstance,
  options: ClientSecretRoutesOptions,
): Promise<void> {
  const { keys, secrets, logins, shelf, log } = options;
  const shown = { keys, secrets, logins, shelf };
  // Scoped: content types and errors of other routes stay as they are.
  await app.register((scope, _options, done) => {
    acceptJson(scope);
    answerErrors(scope, log);
    const route = {
      onRequest: requireKeyOrLogin(keys, secrets, logins),
      bodyLimit: MAX_BODY_BYTES,
    };
    for (const base of ['/v1/realtime', '/openai/v1/realtime']) {
      scope.post(`${base}/client_secrets`, route, (request, reply) =>
        makeSecret({ ...shown, request, reply }, readSecretRequest(request.body)),
      );
      for (const type of ['realtime', 'transcription'] as const) {
        const name = type === 'realtime' ? 'sessions' : 'transcription_sessions';
        scope.post(`${base}/${name}`, route, (request, reply) =>
          makeFlatSecret({ ...shown, request, reply }, readFlatSecretRequest(request.body, type)),
        );
      }
    }
    done();
  });
}

interface Exchange extends Omit<ClientSecretRoutesOptions, 'log'> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function makeSecret(exchange: Exchange, asked: SecretRequest): FastifyReply {
  const made = make(exchange, asked);
  if (!made.ok) return sendFault(exchange.reply, made.status, made.fault);
  // GA sessions have no temperature.
  const session = { ...made.session, temperature: undefined };
  return exchange.reply.send({ value: made.value, expires_at: made.expiresAt, session });
}

function makeFlatSecret(exchange: Exchange, asked: SecretRequest): FastifyReply {
  const made = make(exchange, asked);
  if (!made.ok) return sendFault(exchange.reply, made.status, flatFault(made.fault));
  return exchange.reply.send({
    ...betaSessionObject(made.session),
    client_secret: { value: made.value, expires_at: made.expiresAt },
  });
}

function make({ request, keys, secrets, logins, shelf }: Exchange, asked: SecretRequest) {
  if (!asked.ok) return { ok: false, status: 400, fault: asked.fault } as const;
  const { session: initialSession, ttlMs } = asked;
  const model = initialSession.model ?? null;
  const choice = chooseAgent(new URLSearchParams(model === null ? {} : { model }), shelf);
  if ('type' in choice) return { ok: false, status: 400, fault: choice } as const;
  const preview = previewSession({ ...choice, sessionId: newId('sess'), initialSession });
  if (!preview.ok) return { ok: false, status: 400, fault: preview.fault } as const;
  // The guard let nobody in without a key but pages of the console, which share a rate.
  const key = headerKey(request.headers) ?? CONSOLE;
  const tenant = accessOf(request, { keys, logins })?.tenant ?? null;
  const secret = secrets.make({ key, tenant, session: initialSession }, ttlMs);
  if (!secret) {
    const reason = 'as many client secrets are valid as may be at once';
    return { ok: false, status: 429, fault: protocolErrors.rateLimitExceeded(reason) } as const;
  }
  const expiresAt = Math.floor(secret.expiresAtMs / 1000);
  return { ok: true, value: secret.value, expiresAt, session: preview.session } as const;
}

/** Takes JSON whatever the client calls it; no body is an empty one. */
function acceptJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    const text = body.toString();
    try {
      done(null, text.trim() === '' ? undefined : JSON.parse(text));
    } catch {
      done(new UnreadableBody(), undefined);
    }
  });
}

class UnreadableBody extends Error {}

function answerErrors(scope: FastifyInstance, log: Logger): void {
  scope.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof UnreadableBody) return sendFault(reply, 400, NOT_JSON);
    const status = error.statusCode ?? 500;
    if (status < 500) {
      const type = 'invalid_request_error';
      const fault = { type, code: null, message: error.message, param: null } as const;
      return sendFault(reply, status, fault);
    }
    log.error({ err: error, route: request.routeOptions.url }, 'request failed');
    return sendFault(reply, 500, protocolErrors.serverError());
  });
}
