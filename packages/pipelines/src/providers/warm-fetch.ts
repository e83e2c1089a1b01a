import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Clock, TimerHandle } from '@antiphon/session';
import { BodyChunks } from './body-chunks.ts';
import { providerFault } from './provider-fault.ts';

/** Requests that may wait for a connection; one more is refused with `queue_full`. */
const MAX_WAITING = 200;

/** A server may have closed all idle connections a moment ago; each is found out by a request. */
const STALE_RETRIES = 3;

/** The end of a body follows its last event; a server that keeps it back loses the connection. */
const END_MS = 250;

/** Where a {@link WarmFetch} connects to, and how. */
export interface WarmFetchOptions {
  /** The provider's name, as messages have it. */
  readonly provider: string;
  /** `http:` or `https:`. All requests go to its host. */
  readonly url: URL;
  readonly clock: Clock;
  /** Idle connections that are kept ready; 1 unless given, 0 opens none in advance. */
  readonly warm?: number;
  /** Never more than this at once; 100 unless given. */
  readonly maxConnections?: number;
  /** Idle connections are used once in so long, for servers close them; 20,000 unless given. */
  readonly touchMs?: number;
}

/**
 * A `fetch` for the SDK of a provider whose HTTP/1.1 connections stay open between requests and are
 * opened in advance, which those of the platform's `fetch` do for four seconds and not at all. It
 * follows no redirects, so that no key goes to another host. Aborting a request closes its
 * connection; another one is opened in its place.
 */
export class WarmFetch {
  readonly #options: WarmFetchOptions;
  readonly #agent: PlainAgent;
  readonly #send: typeof plainRequest;
  readonly #open = new Set<ClientRequest>();
  #timer: TimerHandle | null = null;
  #usedAtMs = -Infinity;
  /** Under way. */
  #touches = 0;
  #isClosed = false;

  constructor(options: WarmFetchOptions) {
    this.#options = options;
    const isSecure = options.url.protocol === 'https:';
    // The socket used last is used next, so that those beyond the need close by themselves.
    const settings = {
      keepAlive: true,
      maxSockets: options.maxConnections ?? 100,
      scheduling: 'lifo',
    } as const;
    this.#agent = isSecure ? new SecureAgent(settings) : new PlainAgent(settings);
    this.#send = isSecure ? secureRequest : plainRequest;
    this.#warmUp();
    if (this.#warm > 0) this.#touchLater();
  }

  /** As the platform's, for bodies of text. Rejects as it does when the signal aborts. */
  readonly fetch = (input: string | URL | Request, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { provider, maxConnections = 100 } = this.#options;
      if (this.#isClosed) reject(providerFault(provider, 'closed', 'closed'));
      else if (this.#open.size >= maxConnections + MAX_WAITING) {
        reject(providerFault(provider, 'queue_full'));
      } else {
        const url = new URL(input instanceof Request ? input.url : input);
        this.#ask({ url, init, resolve, reject }, STALE_RETRIES);
      }
    });

  /** Ends all requests and connections. */
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

  #ask(call: Call, retries: number): void {
    this.#usedAtMs = this.#options.clock.now();
    const { method = 'GET', signal } = call.init;
    const body = typeof call.init.body === 'string' ? call.init.body : '';
    const headers = Object.fromEntries(new Headers(call.init.headers));
    headers['content-length'] = `${Buffer.byteLength(body)}`;
    const request = this.#track(
      this.#send(call.url, { method, headers, agent: this.#agent, ...(signal && { signal }) }),
    );
    let isAnswered = false;
    request.on('response', (response) => {
      isAnswered = true;
      this.#answer(response, call);
      // An answer that was given up took its connection with it.
      response.on('close', () => {
        if (!response.complete) this.#warmUp();
      });
    });
    request.on('error', (cause) => {
      // The server closed the connection just as it was taken from the idle ones.
      const isStale = request.reusedSocket && !isAnswered && !signal?.aborted && !this.#isClosed;
      if (isStale && retries > 0) this.#ask(call, retries - 1);
      else call.reject(cause);
      if (!isAnswered && signal?.aborted) this.#warmUp();
    });
    request.end(body);
    this.#warmUp();
  }

  /** An answer that goes well is read as it comes, another one when it is whole. */
  #answer(response: IncomingMessage, call: Call): void {
    const { statusCode: status = 0 } = response;
    const headers = new Headers();
    for (const [name, value] of Object.entries(response.headers)) {
      headers.set(name, String(value));
    }
    const body = this.#bodyOf(response);
    if (status >= 200 && status < 300) {
      const answer = new Response(null, { status, headers });
      // The SDK reads what can be iterated, without a stream of the platform.
      Object.defineProperty(answer, 'body', { value: body });
      call.resolve(answer);
      return;
    }
    // The platform takes no body with this status.
    const refusal = (text: string) =>
      new Response(status === 304 ? null : text, { status, headers });
    wholeText(body).then(refusal).then(call.resolve, call.reject);
  }

  #bodyOf(response: IncomingMessage): BodyChunks {
    const { provider, clock } = this.#options;
    return new BodyChunks(response, {
      endless: () => providerFault(provider, 'provider_garbled', 'an answer without end'),
      onLeft: () => {
        if (response.destroyed || response.complete) return void response.resume();
        const timer = clock.setTimeout(() => response.destroy(), END_MS);
        response.on('close', () => clock.clearTimeout(timer));
        response.resume();
      },
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
    this.#touches += 1;
    const { url } = this.#options;
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

interface Call {
  readonly url: URL;
  readonly init: RequestInit;
  readonly resolve: (response: Response) => void;
  readonly reject: (cause: unknown) => void;
}

async function wholeText(body: BodyChunks): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const bytes of body) chunks.push(bytes);
  return Buffer.concat(chunks).toString();
}
