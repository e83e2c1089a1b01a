import type { IncomingMessage } from 'node:http';
import type {
  ChatCompletion,
  ChatCompletionContentPart,
  ChatCompletionContentPartRefusal,
  ChatCompletionCreateParamsNonStreaming,
} from 'openai/resources/chat/completions';
import {
  goodAnswer,
  LocalAnalystHttp,
  type AnalystScript,
  type HeardQuestion,
  type LocalAnalystServer,
  type WireAnswer,
} from '../../testing/local-analyst-server.ts';

/** The key that is good. */
export const CHAT_ANALYST_KEY = 'sk-local-analyst';

const MODELS: ReadonlySet<string> = new Set(['gpt-audio-1.5', 'local-audio', 'local-deaf']);

/** `POST /v1/chat/completions` with audio as OpenAI describes it, on loopback. */
export class LocalChatServer implements LocalAnalystServer {
  readonly questions: HeardQuestion[] = [];
  /** Whether the models can be held to a schema; OpenAI's audio models cannot. */
  hasSchemas = false;
  /** Requests that were refused because of their schema. */
  schemasRefused = 0;
  #script: AnalystScript = {};
  readonly #http: LocalAnalystHttp;

  private constructor(http: LocalAnalystHttp) {
    this.#http = http;
  }

  static async start(): Promise<LocalChatServer> {
    const http = await LocalAnalystHttp.start((request, body) => local.#answer(request, body));
    const local: LocalChatServer = new LocalChatServer(http);
    return local;
  }

  get url(): string {
    return `${this.#http.origin}/v1`;
  }

  get waiting(): number {
    return this.#http.waiting;
  }

  get script(): AnalystScript {
    return this.#script;
  }

  set script(script: AnalystScript) {
    this.#script = script;
    this.#http.fault = script.fault ?? null;
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #answer(request: IncomingMessage, body: Buffer): WireAnswer {
    const { pathname } = new URL(request.url ?? '/', this.#http.origin);
    const key = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? null;
    if (key !== CHAT_ANALYST_KEY) return refusal(401, { code: 'invalid_api_key' });
    if (pathname !== '/v1/chat/completions') return refusal(404, {});
    const question = JSON.parse(body.toString('utf8')) as ChatCompletionCreateParamsNonStreaming;
    const { model, messages, response_format: format } = question;
    if (!MODELS.has(model)) return refusal(404, { code: 'model_not_found' });
    const parts = messages.flatMap<ChatCompletionContentPart | ChatCompletionContentPartRefusal>(
      ({ content }) =>
        typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []),
    );
    const sound = parts.find((part) => part.type === 'input_audio');
    if (sound?.input_audio.format !== 'wav') {
      return refusal(400, { code: 'invalid_value', param: 'messages' });
    }
    if (format && !this.hasSchemas) {
      this.schemasRefused += 1;
      const message =
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.";
      return refusal(400, { message, param: 'response_format' });
    }
    const schema = format?.type === 'json_schema' ? format.json_schema.schema : undefined;
    const heard = {
      path: pathname,
      key,
      model,
      wav: Buffer.from(sound.input_audio.data, 'base64'),
      text: parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n'),
      dimensions: schema
        ? (schema as unknown as AnswerSchema).properties.scores.items.properties.dimension.enum
        : null,
    };
    this.questions.push(heard);
    return this.#answerTo(heard);
  }

  #answerTo({ model, text: asked, dimensions }: HeardQuestion): WireAnswer {
    const { fault = null, writes } = this.#script;
    const names =
      dimensions ?? [...asked.matchAll(/^- ([a-z][a-z0-9_-]*): /gmu)].map(([, id]) => id!);
    // Without a schema, models like to put a fence around what they write.
    const json = JSON.stringify(goodAnswer(names));
    const text = writes ?? (dimensions ? json : `\`\`\`json\n${json}\n\`\`\`\n`);
    switch (fault) {
      case 'quotaSpent':
        return refusal(429, { type: 'insufficient_quota', code: 'insufficient_quota' });
      case 'askedTooOften':
        return refusal(429, { type: 'requests', code: 'rate_limit_exceeded' });
      case 'overloaded':
        return refusal(503, { type: 'server_error' });
      case 'badRequest':
        return refusal(400, { code: 'invalid_value', param: 'messages[1].content' });
      case 'tooLarge':
        return refusal(400, { code: 'context_length_exceeded', param: 'messages' });
      case 'modelRefuses':
        return completion({ model, text: null, refusal: 'I will not judge w1.' });
      case 'answerCutOff':
        return completion({ model, text: text.slice(0, 40), finish: 'length' });
      case 'noJson':
        return completion({ model, text: 'The call went well, I think.' });
      case 'strangeJson':
        return completion({ model, text: '{"verdict": "fine"}' });
      case 'noAnswer':
        return { status: 200, body: '<html>Welcome to the hotel network</html>' };
      default:
        return completion({ model, text });
    }
  }
}

interface AnswerSchema {
  readonly properties: {
    readonly scores: {
      readonly items: { readonly properties: { readonly dimension: { readonly enum: string[] } } };
    };
  };
}

function completion(told: {
  readonly model: string;
  readonly text: string | null;
  readonly refusal?: string;
  readonly finish?: ChatCompletion.Choice['finish_reason'];
}): WireAnswer {
  const { model, text, refusal: refuses = null, finish = 'stop' } = told;
  const body: ChatCompletion = {
    id: 'chatcmpl-local',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: `${model}-2026-01-01`,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: refuses },
        finish_reason: finish,
        logprobs: null,
      },
    ],
    usage: { prompt_tokens: 900, completion_tokens: 100, total_tokens: 1000 },
  };
  return { status: 200, body };
}

/** With a message that quotes the caller, as messages of services do. */
function refusal(status: number, error: object): WireAnswer {
  const told = { message: 'No: w1 w2', type: 'invalid_request_error', param: null, code: null };
  return { status, body: { error: { ...told, ...error } } };
}
