import type { ServerResponse } from 'node:http';
import type { tts } from 'hume/serialization';
import { LocalHttpServer } from '../../testing/local-http-server.ts';
import type { LocalPost } from '../../testing/local-http-server.ts';
import { countingVoice } from '../../testing/local-voice.ts';
import type { LocalVoice } from '../../testing/local-voice.ts';
import { speechChunks } from '../../testing/speech-chunks.ts';

/** The key that is good. */
export const HUME_KEY = 'hume-local';

const VOICES: ReadonlySet<string> = new Set(['voice-1', 'voice-2']);

/** 40 ms at 48 kHz. */
const CHUNK_BYTES = 3840;

/** What the server does; whatever is left out goes well. */
export interface HumeScript {
  readonly voice?: LocalVoice;
  /** Awaited before each chunk, counted from 1. */
  readonly step?: (chunk: number) => Promise<void>;
  /** Sees each line before it is sent; false keeps it back. */
  readonly sends?: (line: tts.TtsOutput.Raw, response: ServerResponse) => boolean;
  /** Answers in place of the server where it returns true. */
  readonly answers?: (response: ServerResponse) => boolean;
}

/** Hume's `/v0/tts/stream/json` as its description and the types of its SDK have it, on loopback. */
export class LocalHumeServer {
  readonly http: LocalHttpServer;
  script: HumeScript;
  #count = 0;

  private constructor(http: LocalHttpServer, script: HumeScript) {
    this.http = http;
    this.script = script;
  }

  static async start(script: HumeScript = {}): Promise<LocalHumeServer> {
    const http = await LocalHttpServer.start((post) => local.#answer(post));
    const local: LocalHumeServer = new LocalHumeServer(http, script);
    return local;
  }

  get url(): string {
    return this.http.origin;
  }

  close(): Promise<void> {
    return this.http.close();
  }

  async #answer(post: LocalPost): Promise<void> {
    const { response } = post;
    if (this.script.answers?.(response)) return;
    const body = post.body as tts.PostedTts.Raw;
    const refusal = refusalOf(post, body);
    if (refusal) {
      response.writeHead(refusal.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(refusal.body));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    await this.#speak(body, post);
    if (!post.isAborted) response.end();
  }

  async #speak(body: tts.PostedTts.Raw, post: LocalPost): Promise<void> {
    const { voice = countingVoice, step, sends } = this.script;
    const { text, speed } = body.utterances[0]!;
    const generation = `generation-${++this.#count}`;
    const at = { generation_id: generation, request_id: 'request', snippet_id: `${generation}-1` };
    const send = (line: tts.TtsOutput.Raw): void => {
      if (sends?.(line, post.response) ?? true) post.response.write(`${JSON.stringify(line)}\n`);
    };
    const chunks = speechChunks(
      await voice({ text, speed: speed ?? 1 }, 48000),
      48000,
      CHUNK_BYTES,
    );
    for (const [index, { base64, words }] of chunks.entries()) {
      await step?.(index + 1);
      if (post.isAborted) return;
      const isLast = index === chunks.length - 1;
      const chunk = { chunk_index: index, is_last_chunk: isLast, text, utterance_index: 0 };
      send({ ...at, ...chunk, type: 'audio', audio: base64, audio_format: 'pcm' });
      if (!body.include_timestamp_types?.includes('word')) continue;
      for (const { text: word, startMs, endMs } of words) {
        const time = { begin: startMs, end: endMs };
        send({ ...at, type: 'timestamp', timestamp: { type: 'word', text: word, time } });
      }
    }
  }
}

function refusalOf(
  { headers, url }: LocalPost,
  { utterances, version, format }: tts.PostedTts.Raw,
): { readonly status: number; readonly body: object } | null {
  if (headers['x-hume-api-key'] !== HUME_KEY) {
    return { status: 401, body: { fault: { faultstring: 'Invalid ApiKey' } } };
  }
  const [utterance] = utterances;
  const { voice, description } = utterance ?? {};
  const id = voice && 'id' in voice ? voice.id : '';
  if (!VOICES.has(id)) return { status: 404, body: { message: `No voice for ${utterance?.text}` } };
  const isWrong =
    url !== '/v0/tts/stream/json' || format?.type !== 'pcm' || (version === '2' && description);
  return isWrong ? { status: 422, body: { detail: [{ loc: ['body', 'version'] }] } } : null;
}
