import fastifyCookie from '@fastify/cookie';
import type { Charts, ConsoleSettings } from '@antiphon/observability';
import type { Clock } from '@antiphon/session';
import { sessionCharts } from '@antiphon/session';
import type { SessionArchive } from '@antiphon/storage';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NOBODY } from '../access.ts';
import type { Access } from '../access.ts';
import type { ApiKeys } from '../api-key.ts';
import { accessOf } from '../key-guard.ts';
import { headerKey } from '../request-key.ts';
import { TokenBucket } from '../token-bucket.ts';
import { isSameOrigin, LOGIN_COOKIE, LOGIN_MS } from './console-logins.ts';
import type { ConsoleLogins } from './console-logins.ts';
import type { Fleets } from './fleets.ts';
import type { ConsoleSide } from './open-console.ts';
import type { SessionBoard } from './session-board.ts';
import type { SessionDetails } from './session-details.ts';

/** Wrong keys that may be tried at once, and every second after that, by everybody together. */
const GUESSES = { capacity: 10, perSecond: 1 };

/** What the console's HTTP side needs. */
export interface ConsoleRoutesOptions {
  readonly keys: ApiKeys;
  readonly logins: ConsoleLogins;
  readonly board: SessionBoard;
  readonly details: SessionDetails;
  readonly fleets: Fleets;
  /** Null where nothing is recorded. */
  readonly archive: SessionArchive | null;
  readonly standing: ConsoleSide['standing'];
  readonly traceUrl: ConsoleSide['traceUrl'];
  /** Whether a session lives, or what is kept of it is not complete yet. */
  readonly isLive: (sessionId: string) => boolean;
  readonly clock: Clock;
  readonly hasTls: boolean;
}

const listQuery = z.object({
  q: z.string().max(100).default(''),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(80).optional(),
});

const waveformQuery = z.object({
  points: z.coerce.number().int().min(1).max(20_000).default(2_000),
});

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** `/console/…`: what the console asks. Errors are `{ error: { message } }`. */
export async function consoleRoutes(
  app: FastifyInstance,
  options: ConsoleRoutesOptions,
): Promise<void> {
  const { keys, logins, board, details, fleets, archive, standing, isLive, clock, hasTls } =
    options;
  await app.register(fastifyCookie);
  const guesses = new TokenBucket(GUESSES, clock);
  const charts: Charts = sessionCharts();

  /** Routes are guarded: whoever gets there has access of some kind. */
  const accessTo = (request: FastifyRequest): Access =>
    accessOf(request, { keys, logins }) ?? NOBODY;
  /** The session that is asked about; null where there is none, or it is another's. */
  const seen = async (request: FastifyRequest): Promise<string | null> => {
    const { id } = request.params as { id: string };
    return (await board.findFor(accessTo(request), id)) && id;
  };

  app.post('/console/login', { bodyLimit: 4096 }, async (request, reply) => {
    if (!isSameOrigin(request.headers)) return fault(reply, 403, 'Log in from this page.');
    const body = z.object({ key: z.string().max(1024) }).safeParse(request.body);
    if (!body.success) return fault(reply, 400, 'Send {"key": "…"}.');
    if (guesses.level < 1) return fault(reply, 429, 'Too many wrong keys; wait a few seconds.');
    const access = keys.accessOf(body.data.key);
    if (!access) {
      guesses.take(1);
      return fault(reply, 401, 'This is no API key of this server.');
    }
    const cookie = { httpOnly: true, sameSite: 'strict', secure: hasTls, path: '/' } as const;
    return reply
      .setCookie(LOGIN_COOKIE, logins.open(access), { ...cookie, maxAge: LOGIN_MS / 1000 })
      .code(204)
      .send();
  });
  app.post('/console/logout', async (request, reply) => {
    if (!isSameOrigin(request.headers)) return fault(reply, 403, 'Log out from this page.');
    logins.close(request.headers);
    return reply.clearCookie(LOGIN_COOKIE, { path: '/' }).code(204).send();
  });

  const onRequest = consoleGuard(options);
  const get = (url: string, handler: Handler) => app.get(url, { onRequest }, handler);
  get('/console/chart', async () => charts);
  get('/console/settings', async (request): Promise<ConsoleSettings> => {
    // Traces are of all tenants together.
    return { traceUrl: accessTo(request).tenant === null ? options.traceUrl : null };
  });
  get('/console/fleet', async (request) => {
    const access = accessTo(request);
    return { ...fleets.of(access).fleet(), ...(await standing(access)) };
  });
  get('/console/sessions', async (request, reply) => {
    const query = listQuery.safeParse(request.query);
    if (!query.success) return fault(reply, 400, complaint(query.error));
    const { q, limit, cursor = null } = query.data;
    return board.ended({ search: q, limit, cursor, access: accessTo(request) });
  });
  get('/console/sessions/:id', async (request, reply) => {
    const id = await seen(request);
    return (id === null ? null : await details.detail(id)) ?? unknown(reply);
  });
  get('/console/sessions/:id/replay', async (request, reply) => {
    const id = await seen(request);
    if (id === null) return unknown(reply);
    if (isLive(id)) return fault(reply, 409, 'The session is still running.');
    return (await details.replay(id)) ?? fault(reply, 404, 'The session was not recorded.');
  });
  get('/console/sessions/:id/waveform', async (request, reply) => {
    const query = waveformQuery.safeParse(request.query);
    if (!query.success) return fault(reply, 400, complaint(query.error));
    const id = await seen(request);
    if (id === null) return unknown(reply);
    const waveform = await details.waveform(id, query.data.points);
    return waveform ?? fault(reply, 404, 'The session was not recorded.');
  });
  get('/console/sessions/:id/analysis', async (request, reply) => {
    const id = await seen(request);
    return id === null ? unknown(reply) : details.analysis(id);
  });
  app.delete('/console/sessions/:id', { onRequest }, async (request, reply) => {
    const id = await seen(request);
    if (id === null) return unknown(reply);
    if (isLive(id)) return fault(reply, 409, 'The session is still running.');
    await archive?.delete(id);
    board.forget(id);
    return reply.code(204).send();
  });
}

/** The hook of routes for browsers that are logged in, and for API keys. */
function consoleGuard({ keys, logins }: Pick<ConsoleRoutesOptions, 'keys' | 'logins'>) {
  return async ({ headers, method }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (keys.accessOf(headerKey(headers))) return;
    if (!logins.accessOf(headers)) {
      await fault(reply, 401, 'Log in with an API key of this server.');
    } else if (method !== 'GET' && !isSameOrigin(headers)) {
      await fault(reply, 403, 'Ask for this from a page of this server.');
    }
  };
}

function unknown(reply: FastifyReply): FastifyReply {
  return fault(reply, 404, 'There is no such session, or it is not kept any more.');
}

function complaint({ issues }: z.ZodError): string {
  const [issue] = issues;
  return `'${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'not understood'}`;
}

function fault(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ error: { message } });
}
