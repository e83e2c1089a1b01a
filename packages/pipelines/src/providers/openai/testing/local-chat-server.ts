import type { ServerResponse } from 'node:http';
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
} from 'openai/resources/chat/completions';
import { LocalHttpServer } from '../../testing/local-http-server.ts';
import type { LocalPost } from '../../testing/local-http-server.ts';
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
export interface ChatExchange extends LocalPost {
  readonly body: ChatCompletionCreateParamsStreaming;
}

/** `POST /v1/chat/completions` as OpenAI and Azure describe it, streamed, on loopback. */
export class LocalChatServer {
  readonly http: LocalHttpServer;
  script: ChatScript;

  private constructor(http: LocalHttpServer, script: ChatScript) {
    this.http = http;
    this.script = script;
  }

  static async start(script: ChatScript = {}): Promise<LocalChatServer> {
    const http = await LocalHttpServer.start((post) => local.#take(post as ChatExchange));
    const local: LocalChatServer = new LocalChatServer(http, script);
    return local;
  }

  /** What `url` of a client is to be. */
  get url(): string {
    return `${this.http.origin}/v1`;
  }

  /** Every request for an answer so far, oldest first. */
  get exchanges(): readonly ChatExchange[] {
    return this.http.posts as ChatExchange[];
  }

  /** The one that came last. */
  get last(): ChatExchange {
    const last = this.exchanges.at(-1);
    if (!last) throw new Error('Nobody has asked.');
    return last;
  }

  close(): Promise<void> {
    return this.http.close();
  }

  async #take(exchange: ChatExchange): Promise<void> {
    const refusal = this.script.refuses?.(exchange) ?? refusalOf(exchange);
    if (refusal) refuse(exchange, refusal);
    else await this.#answer(exchange);
  }

  async #answer(exchange: ChatExchange): Promise<void> {
    const { response } = exchange;
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
function refuse({ body, response }: ChatExchange, refusal: ChatRefusal): void {
  const { status, code = null, type = 'invalid_request_error', param = null } = refusal;
  const message = `No: ${JSON.stringify(body.messages.at(-1))}`;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(refusal.body ?? JSON.stringify({ error: { message, type, param, code } }));
}
