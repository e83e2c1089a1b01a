import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What may go wrong at a provider, whatever its protocol calls it. */
export const ANALYST_FAULTS = [
  'quotaSpent',
  'askedTooOften',
  'overloaded',
  'badRequest',
  'tooLarge',
  'modelRefuses',
  'answerCutOff',
  'noJson',
  'strangeJson',
  'noAnswer',
  'dropped',
  'halfBody',
  'silent',
] as const;

/** One of them. */
export type AnalystFault = (typeof ANALYST_FAULTS)[number];

/** What the server does; whatever is left out goes well. */
export interface AnalystScript {
  readonly fault?: AnalystFault | null;
  /** What the model writes; a good answer by the rubric unless given. */
  readonly writes?: string;
}

/** A question as it arrived, whatever the protocol. */
export interface HeardQuestion {
  readonly path: string;
  readonly key: string | null;
  readonly model: string;
  /** The sound, decoded. */
  readonly wav: Buffer;
  /** All texts. */
  readonly text: string;
  /** Names of the dimensions, as the schema has them; null where there is none. */
  readonly dimensions: readonly string[] | null;
}

/** A local server that answers questions about calls as a provider does. */
export interface LocalAnalystServer {
  /** What `url` of an analyst is to be. */
  readonly url: string;
  script: AnalystScript;
  /** Questions that were understood, oldest first. */
  readonly questions: readonly HeardQuestion[];
  /** Requests that wait for an answer which never comes. */
  readonly waiting: number;
  close(): Promise<void>;
}

/** An answer over HTTP. */
export interface WireAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the connection is lost instead of it. */
  readonly isDropped?: boolean;
}

/** The protocol of a provider on top of {@link LocalAnalystHttp}. */
export type WireProtocol = (request: IncomingMessage, body: Buffer) => WireAnswer;

/** An HTTP server on loopback, with the faults that are beneath every protocol. */
export class LocalAnalystHttp {
  waiting = 0;
  fault: AnalystFault | null = null;
  readonly #server: Server;

  private constructor(answer: WireProtocol) {
    this.#server = createServer((request, response) => {
      void this.#take(request, { response, answer });
    });
  }

  static async start(answer: WireProtocol): Promise<LocalAnalystHttp> {
    const local = new LocalAnalystHttp(answer);
    await new Promise<void>((resolve) => {
      local.#server.listen(0, '127.0.0.1', resolve);
    });
    return local;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(
    request: IncomingMessage,
    { response, answer }: { response: ServerResponse; answer: WireProtocol },
  ): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The client went away.
      return;
    }
    const { status, body, headers = {}, isDropped } = answer(request, Buffer.concat(chunks));
    if (this.fault === 'silent') {
      this.waiting += 1;
      response.on('close', () => (this.waiting -= 1));
      return;
    }
    if (this.fault === 'dropped' || isDropped === true) {
      request.socket.destroy();
      return;
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    });
    if (this.fault === 'halfBody') {
      response.flushHeaders();
      // Of an empty body there is no half: it is lost with its end.
      const half = text.slice(0, Math.floor(text.length / 2));
      if (half === '') request.socket.destroy();
      else response.write(half, () => request.socket.destroy());
      return;
    }
    response.end(text);
  }
}

/** A good answer by a rubric with these dimensions, as a model writes it. */
export function goodAnswer(dimensions: readonly string[]): Record<string, unknown> {
  return {
    summary: 'The caller asked for an order and was told where it is.',
    resolution: 'resolved',
    scores: dimensions.map((dimension, index) => ({
      dimension,
      score: index === 0 ? null : 1 + (index % 5),
      reason: `Because of ${dimension}.`,
      moments: [{ at: '0:01', quote: 'where is my order' }],
    })),
    notes: [{ at: null, kind: 'good', text: 'It stayed polite.' }],
  };
}
