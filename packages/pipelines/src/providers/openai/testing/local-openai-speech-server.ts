import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pcm16ToBytes } from '@antiphon/audio';
import type { SpeechCreateParams } from 'openai/resources/audio/speech';
import { countingVoice } from '../../testing/local-voice.ts';
import type { LocalVoice } from '../../testing/local-voice.ts';

/** The key that is good. */
export const OPENAI_SPEECH_KEY = 'sk-local-speech';

const MODELS: ReadonlySet<string> = new Set(['gpt-4o-mini-tts', 'tts-1', 'azure-deployment']);
const VOICES: ReadonlySet<string> = new Set(['alloy', 'marin', 'verse']);

/** HTTP cuts a body anywhere, in the middle of a sample too. */
const CHUNK_BYTES = 1921;

/** What the server does; whatever is left out goes well. */
export interface OpenaiSpeechScript {
  readonly voice?: LocalVoice;
  /** Awaited before each chunk, counted from 1. */
  readonly step?: (chunk: number) => Promise<void>;
  /** Answers in place of the server where it returns true. */
  readonly answers?: (response: ServerResponse, body: SpeechCreateParams) => boolean;
  readonly contentType?: string;
}

/** A request for speech. */
export interface HeardSpeechRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: SpeechCreateParams;
  /** Whether the client went away before it had all. */
  isAborted: boolean;
}

/** `POST /v1/audio/speech` as OpenAI and Azure describe it, on loopback. */
export class LocalOpenaiSpeechServer {
  readonly requests: HeardSpeechRequest[] = [];
  /** Requests that only keep a connection open. */
  touches = 0;
  /** Connections so far. */
  connections = 0;
  /** Connections open now. */
  open = 0;
  script: OpenaiSpeechScript;
  readonly #server: Server;

  private constructor(server: Server, script: OpenaiSpeechScript) {
    this.#server = server;
    this.script = script;
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket) => {
      this.connections += 1;
      this.open += 1;
      socket.on('close', () => (this.open -= 1));
    });
    server.on('request', (request, response) => {
      if (request.method === 'POST') void this.#take(request, response);
      else {
        this.touches += 1;
        response.writeHead(404).end();
      }
    });
  }

  static async start(script: OpenaiSpeechScript = {}): Promise<LocalOpenaiSpeechServer> {
    const server = createServer();
    const local = new LocalOpenaiSpeechServer(server, script);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return local;
  }

  /** What `url` of a client is to be. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
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

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as SpeechCreateParams;
    const heard: HeardSpeechRequest = {
      url: request.url ?? '',
      headers: request.headers,
      body,
      isAborted: false,
    };
    this.requests.push(heard);
    response.on('close', () => (heard.isAborted = !response.writableFinished));
    if (this.script.answers?.(response, body)) return;
    const refusal = refusalOf(heard);
    if (refusal) {
      const { status, ...error } = refusal;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `No: ${body.input}`, ...error } }));
      return;
    }
    await this.#speak(body, response, heard);
  }

  async #speak(
    { input, speed = 1 }: SpeechCreateParams,
    response: ServerResponse,
    heard: HeardSpeechRequest,
  ): Promise<void> {
    const { voice = countingVoice, contentType = 'audio/pcm' } = this.script;
    const { pcm } = await voice({ text: input, speed }, 24000);
    const bytes = pcm16ToBytes(pcm);
    response.writeHead(200, { 'content-type': contentType, 'transfer-encoding': 'chunked' });
    response.flushHeaders();
    for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
      await this.script.step?.(1 + from / CHUNK_BYTES);
      if (heard.isAborted) return;
      response.write(bytes.subarray(from, from + CHUNK_BYTES));
    }
    response.end();
  }
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
}

function refusalOf({ headers, url, body }: HeardSpeechRequest): Refusal | null {
  const isKnown =
    headers.authorization === `Bearer ${OPENAI_SPEECH_KEY}` ||
    headers['api-key'] === OPENAI_SPEECH_KEY;
  const type = 'invalid_request_error';
  if (!isKnown) return { status: 401, type, code: 'invalid_api_key', param: null };
  if (!/\/audio\/speech(?:\?|$)/u.test(url)) return { status: 404, type, code: null, param: null };
  if (!MODELS.has(body.model)) {
    return { status: 404, type, code: 'model_not_found', param: null };
  }
  if (typeof body.voice !== 'string' || !VOICES.has(body.voice)) {
    return { status: 400, type, code: null, param: 'voice' };
  }
  if (body.response_format !== 'pcm' || body.input === '') {
    return { status: 400, type, code: 'invalid_value', param: 'input' };
  }
  return null;
}
