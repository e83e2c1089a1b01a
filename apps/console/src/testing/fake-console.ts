import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { consoleRequestSchema } from '@antiphon/observability';
import type {
  ConsoleMessage,
  ConsoleSettings,
  FeedEvent,
  Fleet,
  SessionDetail,
  SessionRow,
} from '@antiphon/observability';

/** The key that the fake console knows. */
export const FAKE_KEY = 'sk-fake-console-key';

const COOKIE = 'antiphon_console=ok';
const POLICY =
  "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What a client of the feed watches. */
interface Watching {
  table: boolean;
  readonly sessions: Set<string>;
}

/** Answers a path under `/console` of its own; undefined leaves it to the fake. */
export type FakeAnswer = (url: URL) => { status: number; body: unknown } | undefined;

/**
 * A server that speaks the console's contract from what it is told, and serves the built console
 * under the policy that servers have.
 */
export class FakeConsole {
  readonly rows = new Map<string, SessionRow>();
  readonly details = new Map<string, SessionDetail>();
  /** Sent with a 503 while null. */
  fleet: Fleet | null = null;
  settings: ConsoleSettings = { traceUrl: null };
  /** Asked before anything else. */
  answer: FakeAnswer = () => undefined;
  /** The table has the sessions that live; those that ended are asked for. */
  isTableLiveOnly = false;
  /** False lets everybody in. */
  wantsLogin = true;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #watching = new Map<WebSocket, Watching>();
  readonly #distDir: string;

  private constructor(distDir: string) {
    this.#distDir = distDir;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    this.#server.on('upgrade', (request, socket, head) => {
      if (!this.#isLoggedIn(request)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#join(client));
    });
  }

  /** Listens on loopback; the port is free, or the one given. */
  static async start(distDir: string, port = 0): Promise<FakeConsole> {
    const fake = new FakeConsole(distDir);
    fake.#server.listen(port, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How many browsers are connected to the feed. */
  get feeds(): number {
    return this.#watching.size;
  }

  /** Sets rows and tells those who watch the table. */
  tellRows(rows: readonly SessionRow[], gone: readonly string[] = []): void {
    for (const row of rows) this.rows.set(row.id, row);
    for (const id of gone) this.rows.delete(id);
    const text = JSON.stringify({ type: 'sessions', isWhole: false, rows, gone });
    for (const [client, { table }] of this.#watching) if (table) client.send(text);
  }

  /** Adds an event to its session and tells those who watch it. */
  tellEvent(event: FeedEvent): void {
    const detail = this.details.get(event.sessionId);
    if (detail !== undefined) {
      this.details.set(event.sessionId, { ...detail, events: [...detail.events, event] });
    }
    this.#tellWatchers(event.sessionId, { type: 'session', event });
  }

  /** Sends any message about a session to those who watch it. */
  #tellWatchers(sessionId: string, message: ConsoleMessage): void {
    for (const [client, { sessions }] of this.#watching) {
      if (sessions.has(sessionId)) client.send(JSON.stringify(message));
    }
  }

  /** Tells that events are missing, or that the session is over. */
  tellTurn(sessionId: string, type: 'session.gap' | 'session.ended'): void {
    this.#tellWatchers(sessionId, { type, sessionId });
  }

  /** Cuts every feed, as a proxy does that restarts. */
  cutFeeds(): void {
    for (const client of this.#watching.keys()) client.terminate();
  }

  async close(): Promise<void> {
    this.cutFeeds();
    this.#sockets.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #isLoggedIn(request: IncomingMessage): boolean {
    return !this.wantsLogin || (request.headers.cookie ?? '').includes(COOKIE);
  }

  #join(client: WebSocket): void {
    const watching: Watching = { table: false, sessions: new Set() };
    this.#watching.set(client, watching);
    client.on('close', () => this.#watching.delete(client));
    client.on('error', () => client.terminate());
    client.on('message', (data: Buffer) => {
      const request = consoleRequestSchema.parse(JSON.parse(data.toString('utf8')));
      switch (request.type) {
        case 'watch.sessions': {
          watching.table = true;
          const rows = [...this.rows.values()].filter(
            ({ endedAtMs }) => !this.isTableLiveOnly || endedAtMs === null,
          );
          client.send(JSON.stringify({ type: 'sessions', isWhole: true, rows, gone: [] }));
          return;
        }
        case 'unwatch.sessions':
          watching.table = false;
          return;
        case 'watch.session':
          watching.sessions.add(request.sessionId);
          for (const event of this.details.get(request.sessionId)?.events ?? []) {
            if (event.seq <= (request.after ?? 0)) continue;
            client.send(JSON.stringify({ type: 'session', event }));
          }
          return;
        case 'unwatch.session':
          watching.sessions.delete(request.sessionId);
          return;
      }
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (!url.pathname.startsWith('/console/')) return this.#serveFile(url, response);
    if (url.pathname === '/console/login') return this.#logIn(request, response);
    if (url.pathname === '/console/logout') {
      response.writeHead(204, { 'set-cookie': 'antiphon_console=; Path=/; Max-Age=0' }).end();
      return;
    }
    if (!this.#isLoggedIn(request)) return sendJson(response, 401, fault('Log in first.'));
    const { status, body } = this.answer(url) ?? this.#answerOf(url);
    sendJson(response, status, body);
  }

  #answerOf(url: URL): { status: number; body: unknown } {
    if (url.pathname === '/console/fleet') {
      if (this.fleet === null) return { status: 503, body: fault('The figures are not there.') };
      return { status: 200, body: this.fleet };
    }
    if (url.pathname === '/console/settings') return { status: 200, body: this.settings };
    if (url.pathname === '/console/sessions') return { status: 200, body: this.#finished(url) };
    const id = /^\/console\/sessions\/([^/]+)$/.exec(url.pathname)?.[1];
    const detail = id === undefined ? undefined : this.details.get(decodeURIComponent(id));
    if (detail === undefined) return { status: 404, body: fault('It is not kept any more.') };
    return { status: 200, body: detail };
  }

  #finished(url: URL): { rows: readonly SessionRow[]; next: string | null } {
    const limit = Number(url.searchParams.get('limit') ?? 50);
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const ended = [...this.rows.values()]
      .filter(({ endedAtMs }) => endedAtMs !== null)
      .toSorted((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0));
    const next = from + limit < ended.length ? String(from + limit) : null;
    return { rows: ended.slice(from, from + limit), next };
  }

  async #logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { key } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { key: string };
    if (key !== FAKE_KEY) return sendJson(response, 401, fault('No such key.'));
    const cookie = `${COOKIE}; Path=/; HttpOnly; SameSite=Strict`;
    response.writeHead(204, { 'set-cookie': cookie }).end();
  }

  async #serveFile({ pathname }: URL, response: ServerResponse): Promise<void> {
    const name = path.extname(pathname) === '' ? '/index.html' : path.normalize(pathname);
    const body = await readFile(path.join(this.#distDir, name)).catch(() => null);
    if (body === null) return void response.writeHead(404).end();
    response
      .writeHead(200, {
        'content-type': TYPES[path.extname(name)] ?? 'application/octet-stream',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
      })
      .end(body);
  }
}

function fault(message: string) {
  return { error: { message } };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
