import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

/** The page's files, beside `src` and `dist` alike. */
const PAGE_DIR = fileURLToPath(new URL('../public', import.meta.url));

const TYPE_OF_ENDING: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const HEADERS: Readonly<Record<string, string>> = {
  // The page and all it loads come from here; its sockets may go to the host that served it.
  'content-security-policy':
    "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
  // The files are small, and a page of another version than its server is hard to understand.
  'cache-control': 'no-cache',
};

/** Serves the page to talk to an agent: `index.html` at `/`, and the files beside it by name. */
export async function talkPage(app: FastifyInstance): Promise<void> {
  for (const name of await readdir(PAGE_DIR)) {
    const type = TYPE_OF_ENDING[path.extname(name)];
    if (type === undefined) continue;
    const body = await readFile(path.join(PAGE_DIR, name));
    const url = name === 'index.html' ? '/' : `/${name}`;
    app.get(url, (_request, reply) =>
      reply.headers({ ...HEADERS, 'content-type': type }).send(body),
    );
  }
}
