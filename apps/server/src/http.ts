import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { AgentShelf } from './agent-choice.ts';
import type { ApiKeys } from './api-key.ts';
import { headerKey } from './request-key.ts';
import type { SessionRegistry } from './session-registry.ts';
import { talkPage } from './talk-page.ts';

/** No route takes a body or waits: a request that is not complete by then is a broken client. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Session ids as the server makes them; nothing else can name a folder. */
const SESSION_ID = /^sess_[\w-]{1,64}$/u;

const RECORDING_FILES: Readonly<Record<string, { file: string; type: string }>> = {
  'recording.wav': { file: 'audio.wav', type: 'audio/wav' },
  'events.jsonl': { file: 'events.jsonl', type: 'application/jsonl; charset=utf-8' },
};

/** What the HTTP routes need. */
export interface HttpOptions {
  readonly keys: ApiKeys;
  readonly shelf: AgentShelf;
  readonly registry: SessionRegistry;
  readonly log: Logger;
  /** Where recordings are kept, a folder per session. */
  readonly recordingsDir: string;
  /** Why no session can start now, for people; `null` when one can. */
  readonly unreadyReason: () => string | null;
}

/**
 * The HTTP side: `/`, `/healthz` and `/readyz` for everybody, and with a key `/agents`, `/sessions`
 * and `/sessions/{id}/{recording.wav,events.jsonl}`. Errors are `{ error: { message } }`.
 */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { keys, shelf, registry, log, recordingsDir, unreadyReason } = options;
  const app = Fastify({
    forceCloseConnections: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
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
  await talkPage(app);

  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    if (keys.accepts(headerKey(request.headers))) return;
    await fail(
      reply.header('www-authenticate', 'Bearer'),
      401,
      'Incorrect API key provided. Send it as "Authorization: Bearer <key>".',
    );
  };
  app.get('/agents', { onRequest }, () => ({
    agents: [...shelf.agents.values()].map(({ name, description, pipeline }) => ({
      name,
      description,
      pipeline,
      isDefault: name === shelf.defaultAgent.name,
    })),
  }));
  app.get('/sessions', { onRequest }, () => ({ sessions: registry.list() }));
  app.get<{ Params: { id: string; name: string } }>(
    '/sessions/:id/:name',
    { onRequest },
    async ({ params: { id, name } }, reply) => {
      const recording = RECORDING_FILES[name];
      if (!recording) return fail(reply, 404, 'There is nothing here.');
      if (!SESSION_ID.test(id)) return fail(reply, 404, 'There is no such session.');
      if (registry.isLive(id)) {
        return fail(reply, 409, 'The session is still running; its recording follows at its end.');
      }
      const file = path.join(recordingsDir, id, recording.file);
      const found = await stat(file).catch(() => null);
      if (!found) return fail(reply, 404, 'There is no recording of such a session.');
      return reply
        .headers({ 'content-type': recording.type, 'content-length': found.size })
        .send(createReadStream(file));
    },
  );
  return app;
}

function fail(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ error: { message } });
}
