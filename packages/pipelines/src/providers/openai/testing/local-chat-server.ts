import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
} from 'openai/resources/chat/completions';
import { endChunks, textChunks } from './chat-chunks.ts';

/** The key that is good. */
export const CHAT_KEY = 'sk-local-chat';

/** The models and deployments there are. */
const MODELS: ReadonlySet<string> = new Set(['local-chat', 'azure-deployment']);

/** What is sent of an answer: a chunk as an event, or bytes as they are. */
type Sent = ChatCompletionChunk | string;

/** An error as OpenAI tells it. */
export interface ChatRefusal {
  readonly status: number;
  readonly code?: string | null;
  readonly type?: string;
  readonly param?: string | null;
  /** In place of the JSON that tells the error. */
  readonly body?: string;
}

/** What the server does; whatever is left out goes well. */
export interface ChatScript {
  readonly answer?: (exchange: ChatExchange) => Iterable<Sent> | AsyncIterable<Sent>;
  readonly refuses?: (exchange: ChatExchange) => ChatRefusal | null;
  /** Awaited before the head, 0, and before each chunk, counted from 1. */
  readonly step?: (chunk: number, exchange: ChatExchange) => Promise<void>;
  /** Bodies are cut into pieces of so many bytes, wherever that is. */
  readonly cutBytes?: number;
  readonly contentType?: string;
  /** Whether `[DONE]` ends an answer; it does unless given as `false`. */
  readonly saysDone?: boolean;
}

/** A request for an answer. */
export interface ChatExchange {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: ChatCompletionCreateParamsStreaming;
  /** Whether the client went away before it had all. */
  isAborted: boolean;
  /** Breaks the connection off. */
  cut(): void;
}

/** `POST /v1/chat/completions` as OpenAI and Azure describe it, streamed, on loopback. */
export class LocalChatServer {
  readonly exchanges: ChatExchange[] = [];
  /** Requests that only keep a connection open. */
  touches = 0;
  /** Connections so far. */
  connections = 0;
  /** Connections open now. */
  open = 0;
  script: ChatScript;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, script: ChatScript) {
    this.#server = server;
    this.script = script;
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket) => {
      this.connections += 1;
      this.open += 1;
      this.#sockets.add(socket);
      socket.on('close', () => {
        this.open -= 1;
        this.#sockets.delete(socket);
      });
    });
    server.on('request', (request, response) => {
      if (request.method === 'POST') void this.#take(request, response);
      else {
        this.touches += 1;
        // Without a length this server would close the connection.
        response.writeHead(404, { 'content-length': 0 }).end();
      }
    });
  }

  static async start(script: ChatScript = {}): Promise<LocalChatServer> {
    const server = createServer();
    const local = new LocalChatServer(server, script);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return local;
  }

  /** What `url` of a client is to be. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** The request that came last. */
  get last(): ChatExchange {
    const last = this.exchanges.at(-1);
    if (!last) throw new Error('Nobody has asked.');
    return last;
  }

  /** Closes every connection at once, as a server does that restarts. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.dropConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const exchange: ChatExchange = {
      url: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(Buffer.concat(pieces).toString()) as ChatCompletionCreateParamsStreaming,
      isAborted: false,
      cut: () => request.socket.destroy(),
    };
    this.exchanges.push(exchange);
    response.on('close', () => (exchange.isAborted = !response.writableFinished));
    const refusal = this.script.refuses?.(exchange) ?? refusalOf(exchange);
    if (refusal) {
      refuse(response, exchange, refusal);
      return;
    }
    await this.#answer(response, exchange);
  }

  async #answer(response: ServerResponse, exchange: ChatExchange): Promise<void> {
    const { answer = plainAnswer, step, saysDone = true, contentType } = this.script;
    await step?.(0, exchange);
    if (exchange.isAborted) return;
    const type = contentType ?? 'text/event-stream; charset=utf-8';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
    response.flushHeaders();
    let count = 0;
    for await (const sent of answer(exchange)) {
      await step?.(++count, exchange);
      if (exchange.isAborted) return;
      this.#write(response, typeof sent === 'string' ? sent : `data: ${JSON.stringify(sent)}\n\n`);
    }
    if (saysDone) this.#write(response, 'data: [DONE]\n\n');
    response.end();
  }

  #write(response: ServerResponse, text: string): void {
    const bytes = Buffer.from(text);
    const length = this.script.cutBytes ?? bytes.length;
    for (let from = 0; from < bytes.length; from += length) {
      response.write(bytes.subarray(from, from + length));
    }
  }
}

function plainAnswer({ body }: ChatExchange): ChatCompletionChunk[] {
  const usage = body.stream_options?.include_usage ? { input: 12, output: 3 } : null;
  return [...textChunks('It has shipped.'), ...endChunks('stop', usage)];
}

/** What a service refuses by itself. */
function refusalOf({ headers, url, body }: ChatExchange): ChatRefusal | null {
  const isKnown = headers.authorization === `Bearer ${CHAT_KEY}` || headers['api-key'] === CHAT_KEY;
  if (!isKnown) return { status: 401, code: 'invalid_api_key' };
  if (!/\/chat\/completions(?:\?|$)/u.test(url)) return { status: 404 };
  if (!MODELS.has(body.model)) return { status: 404, code: 'model_not_found', param: 'model' };
  const problem = problemOf(body);
  return problem === null ? null : { status: 400, param: problem };
}

/** The member that is not as it must be. */
function problemOf(body: ChatCompletionCreateParamsStreaming): string | null {
  const { messages, stream, tools, tool_choice: choice } = body;
  if (messages.length === 0) return 'messages';
  if (!stream) return 'stream';
  if (choice !== undefined && !tools) return 'tool_choice';
  let owed = new Set<string>();
  for (const message of messages) {
    // Each call is answered at once, and nothing else is.
    if (message.role === 'tool') {
      if (!owed.delete(message.tool_call_id)) return 'messages';
    } else if (owed.size > 0) return 'messages';
    else if (message.role === 'assistant') {
      if (message.tool_calls?.length === 0) return 'messages';
      owed = new Set(message.tool_calls?.map(({ id }) => id));
    }
  }
  return owed.size > 0 ? 'messages' : null;
}

/** With a message that quotes the caller, as messages of services do. */
function refuse(response: ServerResponse, { body }: ChatExchange, refusal: ChatRefusal): void {
  const { status, code = null, type = 'invalid_request_error', param = null } = refusal;
  const message = `No: ${JSON.stringify(body.messages.at(-1))}`;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(refusal.body ?? JSON.stringify({ error: { message, type, param, code } }));
}
