import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request with a body of JSON. */
export interface LocalPost {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly response: ServerResponse;
  /** Whether the client went away before it had all. */
  isAborted: boolean;
}

/** An HTTP server on loopback, beneath the local servers of providers. */
export class LocalHttpServer {
  readonly posts: LocalPost[] = [];
  /** Requests that only keep a connection open. */
  touches = 0;
  /** Connections so far. */
  connections = 0;
  /** Connections open now. */
  open = 0;
  readonly #server: Server;

  private constructor(server: Server, answer: (post: LocalPost) => Promise<void>) {
    this.#server = server;
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket) => {
      this.connections += 1;
      this.open += 1;
      socket.on('close', () => (this.open -= 1));
    });
    server.on('request', (request, response) => {
      if (request.method === 'POST') void this.#take(request, response).then(answer);
      else {
        this.touches += 1;
        response.writeHead(404).end();
      }
    });
  }

  static async start(answer: (post: LocalPost) => Promise<void>): Promise<LocalHttpServer> {
    const server = createServer();
    const local = new LocalHttpServer(server, answer);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return local;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Closes every connection at once, as a server does that restarts. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<LocalPost> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const post: LocalPost = {
      url: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
      response,
      isAborted: false,
    };
    this.posts.push(post);
    response.on('close', () => (post.isAborted = !response.writableFinished));
    return post;
  }
}
