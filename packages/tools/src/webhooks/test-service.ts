import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a service got. */
export interface ServiceRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers the request of that number, counted from 0. */
export type ServiceAnswer = (response: ServerResponse, index: number) => void;

/** A service on a free port of this machine, for tests. */
export class TestService {
  readonly requests: ServiceRequest[] = [];
  readonly #server;
  readonly #arrivals: (() => void)[] = [];

  private constructor(answer: ServiceAnswer) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        const body = Buffer.concat(chunks).toString();
        this.requests.push({ method, path: url, headers, body });
        for (const arrived of this.#arrivals.splice(0)) arrived();
        answer(response, this.requests.length - 1);
      });
    });
  }

  static async start(answer: ServiceAnswer): Promise<TestService> {
    const service = new TestService(answer);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook?tenant=1`;
  }

  /** Resolves when the next request has come. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  /** Resolves when all who called have hung up: nobody is cut off. */
  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}
