import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { z } from 'zod';
import type { AnalysisError } from '../analysis-error.ts';
import { answerSchema, jsonIn } from '../analyst-answer.ts';
import { DEFAULT_TIMEOUT_MS, postJson } from '../analyst-post.ts';
import type { PostAnswer } from '../analyst-post.ts';
import { ANALYST_INSTRUCTIONS, analystQuestion } from '../analyst-prompt.ts';
import { refusedAsTooLarge, refuseTooLarge } from '../audio-size.ts';
import { methodUrl, MOST_AUDIO_BYTES, requireKey } from '../analyst-settings.ts';
import type { HostedAnalystOptions } from '../analyst-settings.ts';
import type { AnalystAnswer, Asking, CallAnalyst, CallMaterial } from '../call-analyst.ts';
import { wholeOf } from '../call-sound.ts';
import { codeOfStatus, nameOf, providerFault } from '../provider-fault.ts';

const OPENAI_URL = 'https://api.openai.com/v1';

/** Takes audio over chat completions. */
const OPENAI_MODEL = 'gpt-audio-1.5';

const OPENAI = 'The chat API';

const answered = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
        }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
  model: z.string().nullish(),
});

const refused = z.object({
  error: z.object({
    message: z.string().nullish(),
    type: z.string().nullish(),
    code: z.union([z.string(), z.number()]).nullish(),
    param: z.string().nullish(),
  }),
});

/** What an error of the API tells. */
type ToldError = Partial<z.output<typeof refused>['error']>;

/**
 * Judges calls with `POST /chat/completions` and `input_audio`, as OpenAI and servers like it have
 * it. JSON by a schema is asked for until the server says that the model has no such thing; from
 * then on the question alone asks for JSON.
 */
export class ChatAnalyst implements CallAnalyst {
  readonly provider = 'openai';
  readonly model: string;
  readonly mostAudioBytes: number;
  readonly mostCallMs = null;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  #hasSchemas = true;

  /** Throws `no_key` or `invalid_settings`. */
  constructor(options: HostedAnalystOptions) {
    const { url = OPENAI_URL, model = OPENAI_MODEL, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const apiKey = requireKey(options.apiKey);
    this.model = model;
    this.mostAudioBytes = options.mostAudioBytes ?? MOST_AUDIO_BYTES;
    this.#url = methodUrl(url, 'chat/completions');
    this.#headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
    this.#timeoutMs = timeoutMs;
  }

  async analyze(call: CallMaterial, { signal }: Asking): Promise<AnalystAnswer> {
    const { sound, callMs } = call;
    const { bytes } = sound;
    refuseTooLarge({ bytes, callMs }, this);
    const data = (await wholeOf(sound)).toString('base64');
    const question = (withSchema: boolean) => this.#question(call, { data, withSchema });
    const withSchema = this.#hasSchemas;
    let answer = await this.#post(question(withSchema), signal);
    if (withSchema && isSchemaRefused(answer)) {
      this.#hasSchemas = false;
      answer = await this.#post(question(false), signal);
    }
    if (answer.status !== 200) throw refusalOf(answer, bytes);
    return answerOf(answer.json);
  }

  #post(body: ChatCompletionCreateParamsNonStreaming, signal: AbortSignal): Promise<PostAnswer> {
    return postJson({
      provider: OPENAI,
      url: this.#url,
      headers: this.#headers,
      body,
      timeoutMs: this.#timeoutMs,
      signal,
    });
  }

  #question(
    call: CallMaterial,
    { data, withSchema }: { readonly data: string; readonly withSchema: boolean },
  ): ChatCompletionCreateParamsNonStreaming {
    return {
      model: this.model,
      modalities: ['text'],
      messages: [
        { role: 'system', content: ANALYST_INSTRUCTIONS },
        {
          role: 'user',
          content: [
            { type: 'text', text: analystQuestion(call) },
            { type: 'input_audio', input_audio: { data, format: 'wav' } },
          ],
        },
      ],
      ...(withSchema && {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'call_analysis', strict: true, schema: answerSchema(call.rubric) },
        },
      }),
    };
  }
}

function answerOf(json: unknown): AnalystAnswer {
  const parsed = answered.safeParse(json);
  if (!parsed.success) throw providerFault(OPENAI, 'provider_garbled', 'no answer of its API');
  const { choices, usage, model } = parsed.data;
  const { message, finish_reason: finish } = choices[0]!;
  if (finish === 'length') {
    throw providerFault(OPENAI, 'provider_garbled', 'an answer that was cut off: length');
  }
  if (finish === 'content_filter' || (message.refusal ?? '') !== '') {
    throw providerFault(OPENAI, 'provider_refused', nameOf(finish) ?? 'refusal');
  }
  return {
    answer: jsonIn(message.content ?? ''),
    answeredBy: model ?? null,
    usage: usage
      ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }
      : null,
  };
}

function toldIn(json: unknown): ToldError {
  const parsed = refused.safeParse(json);
  return parsed.success ? parsed.data.error : {};
}

function isSchemaRefused({ status, json }: PostAnswer): boolean {
  if (status !== 400 && status !== 422) return false;
  const { param, message } = toldIn(json);
  return (
    (param ?? '').startsWith('response_format') ||
    /response_format|json_schema/u.test(message ?? '')
  );
}

/** The sentence is read for what it is about, and not passed on: it may quote what was sent. */
function refusalOf({ status, json }: PostAnswer, bytes: number): AnalysisError {
  const { code, type, param, message } = toldIn(json);
  const names = [code, type].map(nameOf).filter((name) => name !== null);
  const note = [`HTTP ${status}`, ...names.slice(0, 1)].join(', ');
  const isTooLong = code === 'context_length_exceeded' || status === 413;
  if (isTooLong) return refusedAsTooLarge(OPENAI, bytes);
  const isSpent = names.some((name) => /quota|billing|insufficient_(?!perm)/u.test(name));
  if (isSpent) return providerFault(OPENAI, 'provider_quota_exceeded', note);
  const isUnknown = code === 'model_not_found' || (param === 'model' && status < 500);
  if (isUnknown) return providerFault(OPENAI, 'unknown_model', note);
  if (/does not support (?:audio|image)|audio input/iu.test(message ?? '')) {
    return providerFault(OPENAI, 'unknown_model', `${note}, hears no audio`);
  }
  return providerFault(OPENAI, codeOfStatus(status), note);
}
