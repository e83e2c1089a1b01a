import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** The built console; the same place seen from `src` and from `dist`. */
const CONSOLE_DIR = fileURLToPath(new URL('../../../console/dist', import.meta.url));

/** Its addresses; everything else under them is the page's own business. */
const PAGES = ['/', '/talk', '/fleet', '/s/:id', '/s/:id/turns/:turn'];

const HEADERS: Readonly<Record<string, string>> = {
  // The page and all it loads come from here; its sockets may go to the host that served it.
  'content-security-policy':
    "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
};

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Antiphon</title>
<p>The console is not built. Run <code>npm start</code> or <code>npm run build</code>, then load this page again.</p></html>`;

/** Serves the console: one page at each of its addresses, and the files that it loads. */
export async function consolePage(app: FastifyInstance, folder = CONSOLE_DIR): Promise<void> {
  const isBuilt = existsSync(path.join(folder, 'index.html'));
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: path.join(folder, 'assets'),
      prefix: '/assets/',
      // Their names change with what is in them.
      immutable: true,
      maxAge: '365d',
      decorateReply: false,
      setHeaders: (reply) => {
        for (const [name, value] of Object.entries(HEADERS)) void reply.header(name, value);
      },
    });
  }
  // Sends single files, recordings among them, in whole or in part.
  await app.register(fastifyStatic, { root: folder, serve: false });
  if (isBuilt) {
    app.get('/icon.svg', (_request, reply) => {
      void reply.headers({ ...HEADERS, 'cache-control': 'no-cache' });
      return reply.sendFile('icon.svg', folder, { cacheControl: false });
    });
  }
  for (const page of PAGES) {
    app.get(page, (_request, reply) => {
      void reply.headers({ ...HEADERS, 'cache-control': 'no-cache' });
      if (!isBuilt) return reply.type('text/html; charset=utf-8').send(NOT_BUILT);
      return reply.sendFile('index.html', folder, { cacheControl: false });
    });
  }
}
