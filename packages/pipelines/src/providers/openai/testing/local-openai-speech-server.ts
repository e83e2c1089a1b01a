import type { ServerResponse } from 'node:http';
import { pcm16ToBytes } from '@antiphon/audio';
import type { SpeechCreateParams } from 'openai/resources/audio/speech';
import { LocalHttpServer } from '../../testing/local-http-server.ts';
import type { LocalPost } from '../../testing/local-http-server.ts';
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

/** `POST /v1/audio/speech` as OpenAI and Azure describe it, on loopback. */
export class LocalOpenaiSpeechServer {
  readonly http: LocalHttpServer;
  script: OpenaiSpeechScript;

  private constructor(http: LocalHttpServer, script: OpenaiSpeechScript) {
    this.http = http;
    this.script = script;
  }

  static async start(script: OpenaiSpeechScript = {}): Promise<LocalOpenaiSpeechServer> {
    const http = await LocalHttpServer.start((post) => local.#answer(post));
    const local: LocalOpenaiSpeechServer = new LocalOpenaiSpeechServer(http, script);
    return local;
  }

  /** What `url` of a client is to be. */
  get url(): string {
    return `${this.http.origin}/v1`;
  }

  close(): Promise<void> {
    return this.http.close();
  }

  async #answer(post: LocalPost): Promise<void> {
    const body = post.body as SpeechCreateParams;
    const { response } = post;
    if (this.script.answers?.(response, body)) return;
    const refusal = refusalOf(post, body);
    if (refusal) {
      const { status, ...error } = refusal;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `No: ${body.input}`, ...error } }));
      return;
    }
    const { voice = countingVoice, contentType = 'audio/pcm' } = this.script;
    const { pcm } = await voice({ text: body.input, speed: body.speed ?? 1 }, 24000);
    const bytes = pcm16ToBytes(pcm);
    response.writeHead(200, { 'content-type': contentType, 'transfer-encoding': 'chunked' });
    response.flushHeaders();
    for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
      await this.script.step?.(1 + from / CHUNK_BYTES);
      if (post.isAborted) return;
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

function refusalOf({ headers, url }: LocalPost, body: SpeechCreateParams): Refusal | null {
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
