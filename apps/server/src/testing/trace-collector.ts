import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spansIn } from './trace-request-reader.ts';
import type { SentSpan } from './trace-request-reader.ts';

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly {
        readonly key: string;
        readonly value: { readonly stringValue?: string };
      }[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<SentSpan, 'service'>[] }[];
  }[];
}

interface Body {
  readonly isJson: boolean;
  readonly bytes: Buffer;
}

/** A collector of OTLP over HTTP (JSON, Protocol Buffers) that keeps what it is sent. */
export class TraceCollector {
  readonly #server: Server;
  readonly #bodies: Body[] = [];

  private constructor(status: number) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const isJson = request.headers['content-type'] === 'application/json';
        this.#bodies.push({ isJson, bytes: Buffer.concat(chunks) });
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  /** Starts one that answers with this status. */
  static async start(status = 200): Promise<TraceCollector> {
    const collector = new TraceCollector(status);
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  /** Where traces go. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/v1/traces`;
  }

  get requests(): number {
    return this.#bodies.length;
  }

  /** All that was sent so far. */
  get text(): string {
    return this.#bodies.map(({ bytes }) => bytes.toString()).join('\n');
  }

  get spans(): SentSpan[] {
    return this.#bodies.flatMap(({ isJson, bytes }) =>
      isJson ? spansInJson(bytes.toString()) : spansIn(bytes),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function spansInJson(body: string): SentSpan[] {
  return (JSON.parse(body) as Sent).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const name = resource.attributes.find(({ key }) => key === 'service.name');
    const service = name?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}
