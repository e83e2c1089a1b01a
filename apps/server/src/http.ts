import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { QueueView } from '@antiphon/tools';
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import { NOBODY, reaches } from './access.ts';
import type { Access } from './access.ts';
import type { AgentShelf } from './agent-choice.ts';
import type { ApiKeys } from './api-key.ts';
import { callRoutes } from './call-routes.ts';
import { consolePage } from './console/console-page.ts';
import { consoleRoutes } from './console/console-routes.ts';
import type { ConsoleRoutesOptions } from './console/console-routes.ts';
import { clientSecretRoutes } from './client-secret-routes.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { accessOf, requireKey, requireKeyOrLogin, requireOperatorKey } from './key-guard.ts';
import { queueBoard } from './queue-board.ts';
import { speechRoutes } from './speech-routes.ts';
import type { SpeechRoutesOptions } from './speech-routes.ts';
import { PROMETHEUS_TEXT } from './server-metrics.ts';
import type { ServerMetrics } from './server-metrics.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { Tls } from './tls.ts';

/** Bodies are small and no route waits: a request that is not complete by then is a broken client. */
const REQUEST_TIMEOUT_MS = 10_000;

/** How late that is noticed. Looking through ten thousand connections takes less than 1 ms. */
const CHECKING_INTERVAL_MS = 1_000;

/** Session ids as the server makes them; nothing else can name a folder. */
const SESSION_ID = /^sess_[\w-]{1,64}$/u;

const RECORDING_FILES: Readonly<Record<string, { file: string; type: string }>> = {
  'recording.wav': { file: 'audio.wav', type: 'audio/wav' },
  'events.jsonl': { file: 'events.jsonl', type: 'application/jsonl; charset=utf-8' },
};

/** What the HTTP routes need. */
export interface HttpOptions extends Pick<SpeechRoutesOptions, 'voiceOf' | 'clock'> {
  readonly keys: ApiKeys;
  readonly secrets: ClientSecrets;
  /** `null` speaks plain HTTP. */
  readonly tls: Tls | null;
  readonly shelf: AgentShelf;
  readonly registry: SessionRegistry;
  readonly metrics: ServerMetrics;
  /** The queue of tools; `null` when they run in this process. */
  readonly queueView: QueueView | null;
  readonly log: Logger;
  /** The built console; where a build puts it unless said. */
  readonly consoleDir: string | undefined;
  readonly console: Omit<ConsoleRoutesOptions, 'keys' | 'hasTls'>;
  /** Where recordings are kept, a folder per session. */
  readonly recordingsDir: string;
  /** Why no session can start now, for people; `null` when one can. */
  readonly unreadyReason: () => string | null;
}

/**
 * The HTTP side: `/`, `/healthz` and `/readyz` for everybody, and with a key `/agents`, `/metrics`,
 * `/sessions`, `/sessions/{id}/{recording.wav,events.jsonl}`, `/admin/queues` and the routes that make
 * client secrets. Errors are `{ error: { message } }`.
 */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { keys, secrets, tls, shelf, registry, metrics, log, recordingsDir } = options;
  const { queueView, unreadyReason } = options;
  const limits = {
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECKING_INTERVAL_MS,
  };
  const settings = {
    ...(tls
      ? { https: { cert: tls.cert, key: tls.key, handshakeTimeout: REQUEST_TIMEOUT_MS, ...limits } }
      : { http: limits }),
    forceCloseConnections: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A path that cannot be decoded reaches no route, nor the handlers below.
    frameworkErrors: (error, _request, reply) => {
      void fail(reply, error.statusCode ?? 400, error.message);
    },
  } satisfies FastifyServerOptions & { https?: object; http?: object };
  // A server of TLS does all that a plain one does; only its type is another.
  const app = Fastify(settings as FastifyServerOptions);
  app.setNotFoundHandler((_request, reply) => fail(reply, 404, 'There is nothing here.'));
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return fail(reply, status, error.message);
    log.error({ err: error, route: request.routeOptions.url }, 'request failed');
    return fail(reply, 500, 'The server had an error while processing your request.');
  });

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const reason = unreadyReason();
    return reason === null
      ? { status: 'ready' }
      : reply.code(503).send({ status: 'unready', reason });
  });
  await consolePage(app, options.consoleDir);

  const onRequest = requireKey(keys, secrets);
  const forOperators = { onRequest: requireOperatorKey(keys, secrets) };
  const forPages = { onRequest: requireKeyOrLogin(keys, secrets, options.console.logins) };
  app.get('/agents', forPages, () => ({
    agents: [...shelf.agents.values()].map(({ name, description, pipeline }) => ({
      name,
      description,
      pipeline,
      isDefault: name === shelf.defaultAgent.name,
    })),
  }));
  app.get('/metrics', forOperators, async (_request, reply) =>
    reply.type(PROMETHEUS_TEXT).send(await metrics.text()),
  );
  const accessTo = (request: FastifyRequest): Access =>
    accessOf(request, { keys, logins: options.console.logins }) ?? NOBODY;
  app.get('/sessions', { onRequest }, (request) => ({
    sessions: registry.list().filter((session) => reaches(accessTo(request), session)),
  }));
  app.get<{ Params: { id: string; name: string } }>(
    '/sessions/:id/:name',
    {
      // A page that is logged in plays what was recorded.
      onRequest: async (request, reply) => {
        if (!options.console.logins.accessOf(request.headers)) await onRequest(request, reply);
      },
    },
    async (request, reply) => {
      const { id, name } = request.params;
      const recording = RECORDING_FILES[name];
      if (!recording) return fail(reply, 404, 'There is nothing here.');
      // A recording of which nothing says whose it is, is nobody's but the operators'.
      const tenant = (await options.console.board.find(id))?.tenant ?? null;
      if (!SESSION_ID.test(id) || !reaches(accessTo(request), { tenant })) {
        return fail(reply, 404, 'There is no such session.');
      }
      if (registry.isLive(id)) {
        return fail(reply, 409, 'The session is still running; its recording follows at its end.');
      }
      const file = path.join(recordingsDir, id, recording.file);
      const found = await stat(file).catch(() => null);
      if (!found) return fail(reply, 404, 'There is no recording of such a session.');
      return reply
        .type(recording.type)
        .sendFile(recording.file, path.join(recordingsDir, id), { cacheControl: false });
    },
  );
  await consoleRoutes(app, { ...options.console, keys, hasTls: tls !== null });
  await queueBoard(app, { keys, secrets, view: queueView });
  await callRoutes(app, { keys, secrets });
  await speechRoutes(app, options);
  const { logins } = options.console;
  await clientSecretRoutes(app, { keys, secrets, logins, shelf, log });
  return app;
}

function fail(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ error: { message } });
}
