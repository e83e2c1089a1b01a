import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Clock, TimerHandle } from '@antiphon/session';
import type { PipelineError, PipelineErrorCode } from '../pipeline-error.ts';
import { networkFault, providerFault, statusFault } from './provider-fault.ts';

/** Of the body that explains a refusal. */
const MAX_BODY_BYTES = 4096;

/** Requests that may wait for a connection; one more is refused with `queue_full`. */
const MAX_WAITING = 200;

/** A server may have closed all idle connections a moment ago; each is found out by a request. */
const STALE_RETRIES = 3;

/** Where {@link WarmHttp} connects to, and how. */
export interface WarmHttpOptions {
  /** The provider's name, as messages have it. */
  readonly provider: string;
  /** `http:` or `https:`; requests and the touches that keep connections open go there. */
  readonly url: URL;
  /** They carry the key. */
  readonly headers: Readonly<Record<string, string>>;
  /** What statuses mean to this provider, beside what they mean to all. */
  readonly statuses?: Readonly<Record<number, PipelineErrorCode>>;
  readonly clock: Clock;
  /** Idle connections that are kept ready; 1 unless given, 0 opens none in advance. */
  readonly warm?: number;
  /** Never more than this at once; 20 unless given. */
  readonly maxConnections?: number;
  /** Idle connections are used once in so long, for servers close them soon; 20,000 unless given. */
  readonly touchMs?: number;
}

/** What comes of a request. */
export interface HttpEvents {
  /** Of a status of 200 to 299. */
  head(response: IncomingMessage): void;
  data(bytes: Buffer): void;
  /** The body is whole. */
  end(): void;
  /** In place of `end`; never from within `post`. */
  fault(fault: PipelineError): void;
  /** What a refusal means, where that is more than its status and {@link statusFault} say. */
  refusal?(status: number, body: string): PipelineError;
}

interface Post {
  readonly json: string;
  readonly events: HttpEvents;
  request: ClientRequest | null;
  isOver: boolean;
}

/**
 * Requests to one address over HTTP/1.1 connections that stay open between them and are opened in
 * advance. Bodies of answers are passed on as they come.
 */
export class WarmHttp {
  readonly #options: WarmHttpOptions;
  readonly #agent: PlainAgent;
  readonly #send: typeof plainRequest;
  readonly #open = new Set<ClientRequest>();
  #timer: TimerHandle | null = null;
  #usedAtMs = -Infinity;
  /** Under way. */
  #touches = 0;
  #isClosed = false;

  constructor(options: WarmHttpOptions) {
    this.#options = options;
    const { maxConnections = 20 } = options;
    const isSecure = options.url.protocol === 'https:';
    // The socket used last is used next, so that those beyond the need close by themselves.
    const settings = { keepAlive: true, maxSockets: maxConnections, scheduling: 'lifo' } as const;
    this.#agent = isSecure ? new SecureAgent(settings) : new PlainAgent(settings);
    this.#send = isSecure ? secureRequest : plainRequest;
    this.#warmUp();
    if (this.#warm > 0) this.#touchLater();
  }

  /** Posts JSON text. The returned function gives it up: nothing is told after it. */
  post(json: string, events: HttpEvents): () => void {
    const { provider, maxConnections = 20 } = this.#options;
    const post: Post = { json, events, request: null, isOver: false };
    if (this.#isClosed || this.#open.size >= maxConnections + MAX_WAITING) {
      const code = this.#isClosed ? 'closed' : 'queue_full';
      queueMicrotask(() => fail(post, providerFault(provider, code)));
    } else this.#ask(post, STALE_RETRIES);
    return () => {
      if (post.isOver) return;
      post.isOver = true;
      // The connection goes with it; another one is opened before it is needed.
      post.request?.destroy();
    };
  }

  /** Ends all requests and connections; nothing is told. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    for (const request of this.#open) request.destroy();
    this.#agent.destroy();
  }

  get #warm(): number {
    return this.#options.warm ?? 1;
  }

  #ask(post: Post, retries: number): void {
    const { provider, url, headers, clock } = this.#options;
    this.#usedAtMs = clock.now();
    const length = Buffer.byteLength(post.json);
    const content = { 'content-type': 'application/json', 'content-length': length };
    const options = { method: 'POST', agent: this.#agent, headers: { ...headers, ...content } };
    const request = this.#track(this.#send(url, options));
    post.request = request;
    let isAnswered = false;
    request.on('response', (response) => {
      isAnswered = true;
      this.#follow(post, response);
    });
    request.on('error', (cause) => {
      // The server closed the connection just as it was taken from the idle ones.
      const isStale = request.reusedSocket && !isAnswered && !post.isOver;
      if (isStale && retries > 0) this.#ask(post, retries - 1);
      else fail(post, networkFault(provider, cause));
    });
    // One that was given up, or broke off, took its connection with it.
    request.on('close', () => {
      if (request.socket?.destroyed) this.#warmUp();
    });
    request.end(post.json);
    this.#warmUp();
  }

  #follow(post: Post, response: IncomingMessage): void {
    const { provider, statuses } = this.#options;
    const status = response.statusCode ?? 0;
    // Node tells of an answer that breaks off by an error of the answer.
    response.on('error', (cause) => fail(post, networkFault(provider, cause)));
    if (status < 200 || status >= 300) {
      readRefusal(response, (body) => {
        if (post.events.refusal) {
          fail(post, post.events.refusal(status, body));
          return;
        }
        const fault = statusFault(provider, status, body);
        const here = fault.code === 'provider_failed' ? statuses?.[status] : undefined;
        fail(post, here ? providerFault(provider, here, `HTTP ${status}`) : fault);
      });
      return;
    }
    if (!post.isOver) post.events.head(response);
    response.on('data', (bytes: Buffer) => {
      if (!post.isOver) post.events.data(bytes);
    });
    response.on('end', () => {
      if (post.isOver) return;
      post.isOver = true;
      post.events.end();
    });
  }

  /** Opens connections until enough of them are idle. */
  #warmUp(): void {
    if (this.#isClosed) return;
    const idle = Object.values(this.#agent.freeSockets).flatMap((sockets) => sockets ?? []);
    for (let missing = this.#warm - idle.length - this.#touches; missing > 0; missing--) {
      this.#touch();
    }
  }

  /** Opens a connection, or uses an idle one, with a request that holds no key. */
  #touch(): void {
    const { url } = this.#options;
    this.#touches += 1;
    const request = this.#track(
      this.#send(new URL('/', url), { method: 'HEAD', agent: this.#agent }),
    );
    request.on('response', (response) => response.resume());
    request.on('error', () => {});
    request.on('close', () => (this.#touches -= 1));
    request.end();
  }

  #touchLater(): void {
    const { clock, touchMs = 20_000 } = this.#options;
    this.#timer = clock.setTimeout(() => {
      if (clock.now() - this.#usedAtMs >= touchMs / 2) {
        for (let count = this.#touches; count < this.#warm; count++) this.#touch();
      }
      this.#touchLater();
    }, touchMs);
  }

  #track(request: ClientRequest): ClientRequest {
    this.#open.add(request);
    request.on('close', () => this.#open.delete(request));
    return request;
  }
}

function fail(post: Post, fault: PipelineError): void {
  if (post.isOver) return;
  post.isOver = true;
  post.request?.destroy();
  post.events.fault(fault);
}

function readRefusal(response: IncomingMessage, tell: (body: string) => void): void {
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) tell(body);
  });
  response.on('end', () => tell(body));
}
