import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import path from 'node:path';
import { consoleRequestSchema } from '@antiphon/observability';
import type { ConsoleMessage, FeedEvent, SessionDetail, SessionRow } from '@antiphon/observability';
import { WebSocket, WebSocketServer } from 'ws';
import { TEST_KEY } from './test-server.ts';
import type { TestServer } from './test-server.ts';

const COOKIE = 'antiphon_console=ok';
const POLICY =
  "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A session as its own feed told it. */
interface Told {
  readonly events: FeedEvent[];
  readonly watchers: Set<(event: FeedEvent) => void>;
  readonly feed: WebSocket;
}

/**
 * Stands before a server and speaks the console's contract: a login, the built console under its
 * policy, and what the server's own feeds tell of sessions. Agents, client secrets and Realtime
 * connections are the server's.
 */
export class ConsoleFront {
  readonly #distDir: string;
  readonly #server: TestServer;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #told = new Map<string, Told>();
  readonly #pipes = new Set<Duplex>();

  private constructor(server: TestServer, distDir: string) {
    this.#server = server;
    this.#distDir = distDir;
    this.#http = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
    this.#http.on('upgrade', (request, socket, head) => {
      if (request.url?.startsWith('/v1/') === true) this.#pass(request, socket, head);
      else this.#sockets.handleUpgrade(request, socket, head, (client) => this.#watch(client));
    });
  }

  static async open(server: TestServer, distDir: string): Promise<ConsoleFront> {
    const front = new ConsoleFront(server, distDir);
    front.#http.listen(0, '127.0.0.1');
    await once(front.#http, 'listening');
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** What a session told so far. */
  eventsOf(sessionId: string): readonly FeedEvent[] {
    return this.#told.get(sessionId)?.events ?? [];
  }

  async close(): Promise<void> {
    for (const { feed } of this.#told.values()) feed.terminate();
    for (const client of this.#sockets.clients) client.terminate();
    for (const pipe of this.#pipes) pipe.destroy();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://front');
    if (pathname === '/console/login') return this.#logIn(request, response);
    const isFile = !/^\/(console|agents|v1)(\/|$)/u.test(pathname);
    if (isFile) return this.#serveFile(pathname, response);
    if (!(request.headers.cookie ?? '').includes(COOKIE)) return void fail(response, 401);
    if (!pathname.startsWith('/console/')) return this.#ask(request, response);
    const id = /^\/console\/sessions\/([^/]+)$/u.exec(pathname)?.[1];
    if (id === undefined) return void sendJson(response, { rows: [], next: null });
    const { events } = await this.#hear(id);
    const detail: SessionDetail = {
      row: rowOf(id, events),
      events,
      isPartial: false,
      recordingMs: null,
    };
    sendJson(response, detail);
  }

  async #logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { key } = JSON.parse(await textOf(request)) as { key: string };
    if (key !== TEST_KEY) return void fail(response, 401);
    response.writeHead(204, { 'set-cookie': `${COOKIE}; Path=/; HttpOnly; SameSite=Strict` }).end();
  }

  async #serveFile(pathname: string, response: ServerResponse): Promise<void> {
    const name = path.extname(pathname) === '' ? '/index.html' : path.normalize(pathname);
    const body = await readFile(path.join(this.#distDir, name)).catch(() => null);
    if (body === null) return void fail(response, 404);
    const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(body);
  }

  /** Asks the server with its key. */
  async #ask(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const answer = await fetch(`${this.#server.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
      ...(body === '' ? {} : { body }),
    }).catch(() => null);
    if (answer === null) return void response.destroy();
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(await answer.text());
  }

  /** Lets the server answer an upgrade request by itself. */
  #pass(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upstream = connect(Number(new URL(this.#server.url).port), '127.0.0.1');
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
    }
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#pipes.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#pipes.delete(one);
        other.destroy();
      });
    }
  }

  #watch(client: WebSocket): void {
    const watching = new Map<string, () => void>();
    const tell = (message: ConsoleMessage): void => client.send(JSON.stringify(message));
    client.on('close', () => {
      for (const leave of watching.values()) leave();
    });
    client.on('message', (data: Buffer) => {
      const request = consoleRequestSchema.parse(JSON.parse(data.toString('utf8')));
      if (request.type === 'unwatch.session') watching.get(request.sessionId)?.();
      if (request.type !== 'watch.session') return;
      const { sessionId, after = 0 } = request;
      void this.#hear(sessionId).then(({ events, watchers }) => {
        const watcher = (event: FeedEvent): void => {
          tell({ type: 'session', event });
          if (event.type === 'session.ended') tell({ type: 'session.ended', sessionId });
        };
        for (const event of events) if (event.seq > after) watcher(event);
        watchers.add(watcher);
        watching.set(sessionId, () => watchers.delete(watcher));
      });
    });
  }

  /** A session's own feed, from its beginning; resolves with its first event. */
  async #hear(id: string): Promise<Told> {
    const known = this.#told.get(id);
    if (known !== undefined) return known;
    const url = `${this.#server.wsUrl}/sessions/${id}/feed?after=0`;
    const feed = new WebSocket(url, { headers: { authorization: `Bearer ${TEST_KEY}` } });
    const told: Told = { events: [], watchers: new Set(), feed };
    this.#told.set(id, told);
    feed.on('error', () => feed.terminate());
    feed.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString('utf8')) as FeedEvent;
      told.events.push(event);
      for (const watcher of told.watchers) watcher(event);
    });
    await once(feed, 'message');
    return told;
  }
}

function rowOf(id: string, events: readonly FeedEvent[]): SessionRow {
  const state = { caller: 'silent', turn: 'listening', agentAudio: 'idle' };
  const started = events.find(({ type }) => type === 'session.started');
  const ended = events.find((event) => event.type === 'session.ended');
  for (const event of events) if (event.type === 'state') state[event.region] = event.to;
  if (ended !== undefined) state.turn = 'ended';
  return {
    id,
    agent: started?.type === 'session.started' ? started.agent : '',
    leg: 'realtime',
    pipeline: 'embedded',
    state,
    startedAtMs: events[0]?.atMs ?? 0,
    endedAtMs: ended?.atMs ?? null,
    endReason: ended?.type === 'session.ended' ? ended.reason : null,
    turns: 0,
    lastTurn: null,
    openTools: [],
    bargeIns: 0,
    hasRecording: false,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { message: 'No.' } }));
}
