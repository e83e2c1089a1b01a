import type { Clock } from '@antiphon/session';
import type {
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
} from '../../cascade/ports/language-model.ts';
import { PipelineError } from '../../pipeline-error.ts';
import { WarmHttp } from '../warm-http.ts';
import { ChatAsk } from './chat-ask.ts';
import { ChatParams } from './chat-params.ts';

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
  readonly #http: WarmHttp;
  readonly #params: ChatParams;
  readonly #options: OpenaiChatOptions;
  readonly #open = new Set<ChatAsk>();

  /** Connects; no key is tried yet. */
  constructor(options: OpenaiChatOptions) {
    this.#options = options;
    const { apiKey, apiKeyHeader, clock, warm, maxConnections = 100 } = options;
    const url = completionsUrl(options);
    const isBearer = apiKeyHeader !== 'api-key';
    this.#http = new WarmHttp({
      provider: PROVIDER,
      url,
      headers: {
        accept: 'text/event-stream',
        ...(apiKey !== null && isBearer && { authorization: `Bearer ${apiKey}` }),
        ...(apiKey !== null && !isBearer && { 'api-key': apiKey }),
      },
      clock,
      maxConnections,
      ...(warm !== undefined && { warm }),
    });
    this.#params = new ChatParams(options.model, url);
  }

  async *answer(request: LanguageModelRequest): AsyncGenerator<LanguageModelPart> {
    if (request.signal.aborted) return;
    const ask = this.#ask(request);
    const leave = (): void => ask.leave();
    request.signal.addEventListener('abort', leave, { once: true });
    try {
      for (;;) {
        const part = await ask.next();
        if (part === null || request.signal.aborted) return;
        yield part;
      }
    } finally {
      request.signal.removeEventListener('abort', leave);
      ask.leave();
    }
  }

  /** Ends answers under way with `closed`, and all connections. */
  async close(): Promise<void> {
    for (const ask of this.#open) {
      ask.fail(new PipelineError('closed', `${PROVIDER} was closed`));
    }
    this.#http.close();
    await Promise.resolve();
  }

  #ask(request: LanguageModelRequest): ChatAsk {
    const { clock, silenceMs = DEFAULT_SILENCE_MS } = this.#options;
    const ask = new ChatAsk(request, {
      provider: PROVIDER,
      http: this.#http,
      params: this.#params,
      clock,
      silenceMs,
      onOver: () => this.#open.delete(ask),
    });
    this.#open.add(ask);
    ask.start();
    return ask;
  }
}

/** Where answers are asked for; what the query of the base has is kept. */
function completionsUrl({ url: base = OPENAI_URL, apiVersion }: OpenaiChatOptions): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/u, '')}/chat/completions`;
  if (apiVersion !== undefined) url.searchParams.set('api-version', apiVersion);
  return url;
}
