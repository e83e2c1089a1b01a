import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { QueueView } from '@antiphon/tools';
import type { FastifyInstance } from 'fastify';
import type { ApiKeys } from './api-key.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { requireOperator } from './key-guard.ts';
import { maskedJobData, maskedOutcome } from './masked-job.ts';

const PATH = '/admin/queues';

const NO_QUEUE = {
  error: {
    message:
      'There is no queue: tools run inside this server. Set REDIS_URL to run queued tools on workers.',
  },
};

const READ_ONLY = {
  error: {
    message:
      'The queue is shown here and not changed: a call that is run again by hand may run twice.',
  },
};

const UNREACHABLE = {
  error: { message: 'Redis cannot be reached. The queue is shown again when it is back.' },
};

const HEADERS: Readonly<Record<string, string>> = {
  // The page sets styles from its script; the fonts that it asks of another host are left out.
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The console's icon and colours, and the way back to it. */
const LOOKS = {
  boardTitle: 'Antiphon',
  boardLogo: { path: '/icon.svg', width: 22, height: 22 },
  favIcon: { default: '/icon.svg', alternative: '/icon.svg' },
  miscLinks: [{ text: 'Console', url: '/' }],
  hideDocsLink: true,
  theme: {
    light: { background: '#f7f6f2', 'muted-foreground': '#66635c', primary: '#2a6a5d' },
    dark: {
      background: '#141413',
      card: '#1c1c1a',
      sidebar: '#1c1c1a',
      muted: '#2a2a27',
      'muted-foreground': '#a09c92',
      primary: '#7cc4b2',
      'primary-foreground': '#10211d',
      border: '#34332f',
    },
  },
};

/** What the page of the queue needs. */
export interface QueueBoardOptions {
  readonly keys: ApiKeys;
  readonly secrets: ClientSecrets;
  /** `null` when tools run in this process. */
  readonly view: QueueView | null;
}

/**
 * `/admin/queues`: the queue of tools and its jobs for operators, to look at, with a key as bearer
 * token or as the password that a browser asks for. Arguments and results are masked. Without a
 * queue it is a 404 that says so.
 */
export async function queueBoard(
  app: FastifyInstance,
  { keys, secrets, view }: QueueBoardOptions,
): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', requireOperator(keys, secrets));
    if (view === null) {
      for (const path of [PATH, `${PATH}/*`]) {
        scope.all(path, (_request, reply) => reply.code(404).send(NO_QUEUE));
      }
      return;
    }
    scope.addHook('onRequest', async ({ method }, reply) => {
      if (method !== 'GET' && method !== 'HEAD') await reply.code(405).send(READ_ONLY);
    });
    // The page's own handler would answer the reason that a broken connection gives.
    scope.addHook('preHandler', async (_request, reply) => {
      if (!view.isReachable) await reply.code(503).send(UNREACHABLE);
    });
    scope.addHook('onSend', async (_request, reply) => {
      reply.headers(HEADERS);
    });
    await scope.register(boardOf(view).registerPlugin(), { prefix: PATH });
  });
}

function boardOf(view: QueueView): FastifyAdapter {
  const server = new FastifyAdapter();
  server.setBasePath(PATH);
  const queue = new BullMQAdapter(view.queue, { readOnlyMode: true });
  queue.setFormatter('data', maskedJobData);
  queue.setFormatter('returnValue', maskedOutcome);
  createBullBoard({
    queues: [queue],
    serverAdapter: server,
    options: { uiConfig: LOOKS },
  });
  return server;
}
