import type { IncomingMessage } from 'node:http';
import type { Blob, Candidate, FinishReason, GenerateContentResponse } from '@google/genai';
import {
  goodAnswer,
  LocalAnalystHttp,
  type AnalystScript,
  type HeardQuestion,
  type LocalAnalystServer,
  type WireAnswer,
} from '../../testing/local-analyst-server.ts';
import type { GeminiQuestion } from '../gemini-analyst.ts';
import { LocalGeminiFiles } from './local-gemini-files.ts';
import { refusal, tooMany } from './gemini-refusals.ts';

/** The key that is good. */
export const GEMINI_ANALYST_KEY = 'AIza-local-gemini';

const MODELS: ReadonlySet<string> = new Set(['gemini-flash-latest', 'gemini-local']);

/** The answer as it is in JSON: the SDK's class adds getters, and names its enumerations. */
type WireResponse = Partial<
  Omit<GenerateContentResponse, 'candidates' | 'promptFeedback' | 'text' | 'data'>
> & {
  readonly candidates?: readonly (Omit<Candidate, 'finishReason'> & {
    readonly finishReason: `${FinishReason}`;
  })[];
  readonly promptFeedback?: { readonly blockReason: string };
};

/** `POST /v1beta/models/MODEL:generateContent` and files as Google describes them, on loopback. */
export class LocalGeminiServer implements LocalAnalystServer {
  readonly questions: HeardQuestion[] = [];
  readonly files = new LocalGeminiFiles();
  #script: AnalystScript = {};
  readonly #http: LocalAnalystHttp;

  private constructor(http: LocalAnalystHttp) {
    this.#http = http;
  }

  static async start(): Promise<LocalGeminiServer> {
    const http = await LocalAnalystHttp.start((request, body) => local.#answer(request, body));
    const local: LocalGeminiServer = new LocalGeminiServer(http);
    return local;
  }

  get url(): string {
    return `${this.#http.origin}/v1beta`;
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
    const key = request.headers['x-goog-api-key'] ?? null;
    if (key === null) {
      const message =
        "Method doesn't allow unregistered callers (callers without established identity).";
      return refusal(403, 'PERMISSION_DENIED', { message });
    }
    if (key !== GEMINI_ANALYST_KEY) {
      const message = 'API key not valid. Please pass a valid API key.';
      const details = [{ '@type': ERROR_INFO, reason: 'API_KEY_INVALID' }];
      return refusal(400, 'INVALID_ARGUMENT', { message, details });
    }
    const ofFiles = this.files.answer(request, body, this.#http.origin);
    if (ofFiles) return ofFiles;
    const [, model = ''] = /^\/v1beta\/models\/([^:/]+):generateContent$/u.exec(pathname) ?? [];
    if (!MODELS.has(model)) {
      const message = `models/${model} is not found for API version v1beta.`;
      return refusal(404, 'NOT_FOUND', { message });
    }
    const question = JSON.parse(body.toString('utf8')) as GeminiQuestion;
    const parts = question.contents.flatMap(({ parts: own = [] }) => own);
    const [sound] = parts.flatMap(({ inlineData, fileData }) => inlineData ?? fileData ?? []);
    if (sound?.mimeType !== 'audio/wav') return refusal(400, 'INVALID_ARGUMENT', {});
    const wav = 'fileUri' in sound ? this.files.sound(sound) : Buffer.from(dataOf(sound), 'base64');
    if (!wav) {
      const message = 'You do not have permission to access the File or it may not exist.';
      return refusal(403, 'PERMISSION_DENIED', { message });
    }
    const schema = question.generationConfig.responseJsonSchema as AnswerSchema;
    const heard = {
      path: pathname,
      key,
      model,
      wav,
      text: [...(question.systemInstruction.parts ?? []), ...parts]
        .map(({ text = '' }) => text)
        .join('\n'),
      dimensions: schema.properties.scores.items.properties.dimension.enum,
    };
    this.questions.push(heard);
    return this.#answerTo(heard);
  }

  #answerTo({ model, dimensions }: HeardQuestion): WireAnswer {
    const { fault = null, writes } = this.#script;
    const text = writes ?? JSON.stringify(goodAnswer(dimensions ?? []));
    switch (fault) {
      case 'quotaSpent':
        return tooMany('GenerateRequestsPerDayPerProjectPerModel-FreeTier');
      case 'askedTooOften':
        return tooMany('GenerateRequestsPerMinutePerProjectPerModel');
      case 'overloaded':
        return refusal(503, 'UNAVAILABLE', { message: 'The model is overloaded.' });
      case 'badRequest':
        return refusal(400, 'INVALID_ARGUMENT', { message: 'Audio input is not enabled here.' });
      case 'tooLarge': {
        const message = 'Request payload size exceeds the limit: 20971520 bytes.';
        return refusal(400, 'INVALID_ARGUMENT', { message });
      }
      case 'modelRefuses':
        return ok({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, modelVersion: model });
      case 'answerCutOff':
        return ok(written(text.slice(0, 40), 'MAX_TOKENS'));
      case 'noJson':
        return ok(written('The call went well, I think.', 'STOP'));
      case 'strangeJson':
        return ok(written('{"verdict": "fine"}', 'STOP'));
      case 'noAnswer':
        return { status: 200, body: '<html>Welcome to the hotel network</html>' };
      default:
        return ok({ ...written(text, 'STOP'), modelVersion: `${model}-001` });
    }
  }
}

function dataOf({ data = '' }: Blob): string {
  return data;
}

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

interface AnswerSchema {
  readonly properties: {
    readonly scores: {
      readonly items: { readonly properties: { readonly dimension: { readonly enum: string[] } } };
    };
  };
}

/** Two parts, the first of which is what the model thought. */
function written(text: string, finishReason: `${FinishReason}`): WireResponse {
  const parts = [{ text: 'The caller said w1.', thought: true }, { text }];
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }],
    usageMetadata: {
      promptTokenCount: 900,
      candidatesTokenCount: 80,
      thoughtsTokenCount: 20,
      totalTokenCount: 1000,
    },
  };
}

function ok(body: WireResponse): WireAnswer {
  return { status: 200, body };
}
