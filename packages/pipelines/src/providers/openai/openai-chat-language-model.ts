import type { Clock } from '@antiphon/session';
import type { OpenAI } from 'openai';
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
} from 'openai/resources/chat/completions';
import type {
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../../cascade/ports/language-model.ts';
import { StallTimer } from '../../cascade/stall-timer.ts';
import { PipelineError } from '../../pipeline-error.ts';
import { providerFault } from '../provider-fault.ts';
import { WarmFetch } from '../warm-fetch.ts';
import { chatFault } from './chat-fault.ts';
import { ChatParams } from './chat-params.ts';
import { ChatReader } from './chat-reader.ts';

const PROVIDER = 'The chat model';

const OPENAI_URL = 'https://api.openai.com/v1';

/** A cascade gives up sooner; this is for whoever asks without one. */
const DEFAULT_SILENCE_MS = 15_000;

/** What an {@link OpenaiChatLanguageModel} asks, and how. */
export interface OpenaiChatOptions {
  /** As the server has it; at Azure it may be the deployment. */
  readonly model: string;
  /** A secret: it goes into a header and nowhere else. Null for servers that ask for none. */
  readonly apiKey: string | null;
  /** `Authorization: Bearer` unless `api-key`, as Azure has it. */
  readonly apiKeyHeader?: 'bearer' | 'api-key' | undefined;
  /**
   * What `/chat/completions` is put behind, OpenAI's unless given; a query is kept. Azure:
   * `https://NAME.openai.azure.com/openai/v1`, or `…/openai/deployments/DEPLOYMENT` with an
   * `apiVersion`.
   */
  readonly url?: string | undefined;
  /** The `api-version` in the query. */
  readonly apiVersion?: string | undefined;
  readonly clock: Clock;
  /** How long the server may send nothing; 15,000 unless given. */
  readonly silenceMs?: number;
  /** Idle connections that are kept ready; 1 unless given. */
  readonly warm?: number;
  readonly maxConnections?: number;
}

/**
 * A model behind the chat-completions API of OpenAI, and of the servers that speak it: Azure, vLLM,
 * Ollama, llama.cpp. An answer is streamed; its calls come when all of them are whole, with
 * arguments as the model wrote them. An answer that is stopped closes its connection, which is how
 * the protocol ends one.
 */
export class OpenaiChatLanguageModel implements LanguageModel {
  readonly name = 'openai-chat';
  readonly #client: OpenAI;
  readonly #http: WarmFetch;
  readonly #params: ChatParams;
  readonly #options: OpenaiChatOptions;
  readonly #closing = new AbortController();

  private constructor(options: OpenaiChatOptions, client: OpenAI, http: WarmFetch) {
    this.#options = options;
    this.#client = client;
    this.#http = http;
    this.#params = new ChatParams(options.model, new URL(client.baseURL));
  }

  /** Loads the SDK, which takes a while and 27 MB, and connects. No key is tried yet. */
  static async open(options: OpenaiChatOptions): Promise<OpenaiChatLanguageModel> {
    const { OpenAI: Client } = await import('openai');
    const { url = OPENAI_URL, apiKey, apiKeyHeader, apiVersion, clock } = options;
    const { warm, maxConnections } = options;
    const http = new WarmFetch({
      provider: PROVIDER,
      url: new URL(url),
      clock,
      ...(warm !== undefined && { warm }),
      ...(maxConnections !== undefined && { maxConnections }),
    });
    const isBearer = apiKey !== null && apiKeyHeader !== 'api-key';
    const client = new Client({
      baseURL: url,
      // The SDK wants one; what is sent is in the headers.
      apiKey: apiKey ?? 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      fetch: http.fetch,
      maxRetries: 0,
      // Its messages may quote what callers say.
      logLevel: 'off',
      defaultHeaders: {
        ...(!isBearer && { authorization: null }),
        ...(apiKey !== null && !isBearer && { 'api-key': apiKey }),
      },
      ...(apiVersion !== undefined && { defaultQuery: { 'api-version': apiVersion } }),
    });
    return new OpenaiChatLanguageModel(options, client, http);
  }

  async *answer(request: LanguageModelRequest): AsyncGenerator<LanguageModelPart> {
    const { clock, silenceMs = DEFAULT_SILENCE_MS } = this.#options;
    const silence = new AbortController();
    const stall = new StallTimer(clock, () => silence.abort());
    const signal = AbortSignal.any([request.signal, silence.signal, this.#closing.signal]);
    const reader = new ChatReader({
      provider: PROVIDER,
      takesCalls: request.toolChoice !== 'none',
      takenIds: callIdsOf(request),
    });
    try {
      if (request.signal.aborted) return;
      stall.start(silenceMs);
      for await (const chunk of await this.#ask(request, signal)) {
        stall.touch();
        const delta = reader.take(chunk);
        // Arguments may take longer than a model may be silent.
        if (delta !== '' || reader.isCalling) yield { type: 'text', delta };
        if (request.signal.aborted) return;
      }
      // The SDK ends a stream that is aborted as if it were whole.
      signal.throwIfAborted();
      for (const part of reader.end()) {
        yield part;
        if (request.signal.aborted) return;
      }
    } catch (error) {
      if (request.signal.aborted) return;
      if (this.#closing.signal.aborted) {
        throw new PipelineError('closed', `${PROVIDER} was closed`, { cause: error });
      }
      if (silence.signal.aborted) {
        throw providerFault(PROVIDER, 'provider_timeout', `nothing came for ${silenceMs} ms`);
      }
      throw chatFault(PROVIDER, error);
    } finally {
      stall.stop();
    }
  }

  /** Ends answers under way with `closed`, and all connections. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#http.close();
    await Promise.resolve();
  }

  /** Asks again where a server does not know what it was sent, and remembers that it does not. */
  async #ask(
    request: LanguageModelRequest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ChatCompletionChunk>> {
    for (;;) {
      const params: ChatCompletionCreateParamsStreaming = this.#params.of(request);
      try {
        return await this.#client.chat.completions.create(params, { signal });
      } catch (error) {
        if (signal.aborted || !this.#params.learnFrom(error, params)) throw error;
      }
    }
  }
}

function callIdsOf({ history }: LanguageModelRequest): ReadonlySet<string> {
  return new Set(history.flatMap((item) => (item.kind === 'toolCall' ? [item.callId] : [])));
}
