import type { Content, GenerationConfig } from '@google/genai';
import { z } from 'zod';
import type { AnalysisError } from '../analysis-error.ts';
import { answerSchema, jsonIn } from '../analyst-answer.ts';
import { DEFAULT_TIMEOUT_MS, postJson } from '../analyst-post.ts';
import type { PostAnswer } from '../analyst-post.ts';
import { ANALYST_INSTRUCTIONS, analystQuestion } from '../analyst-prompt.ts';
import { refusedAsTooLarge, tooLarge } from '../audio-size.ts';
import { methodUrl, MOST_AUDIO_BYTES, requireKey } from '../analyst-settings.ts';
import type { HostedAnalystOptions } from '../analyst-settings.ts';
import type { AnalystAnswer, CallAnalyst, CallMaterial } from '../call-analyst.ts';
import { codeOfStatus, nameOf, providerFault } from '../provider-fault.ts';

const GEMINI_URL = 'https://generativelanguage.googleapis.com/v1beta';

/** The newest of the fast ones, which hear audio. */
const GEMINI_MODEL = 'gemini-flash-latest';

/** What a model thinks counts too. */
const MOST_OUTPUT_TOKENS = 16_384;

const GEMINI = 'Gemini';

/** What is asked, as it is in JSON. */
export interface GeminiQuestion {
  readonly systemInstruction: Content;
  readonly contents: readonly Content[];
  readonly generationConfig: Pick<
    GenerationConfig,
    'responseMimeType' | 'responseJsonSchema' | 'maxOutputTokens' | 'temperature'
  >;
}

const answered = z.object({
  candidates: z
    .array(
      z.object({
        content: z
          .object({
            parts: z
              .array(z.object({ text: z.string().optional(), thought: z.boolean().optional() }))
              .default([]),
          })
          .optional(),
        finishReason: z.string().optional(),
      }),
    )
    .default([]),
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  usageMetadata: z
    .object({
      promptTokenCount: z.number().default(0),
      candidatesTokenCount: z.number().default(0),
      thoughtsTokenCount: z.number().default(0),
    })
    .optional(),
  modelVersion: z.string().optional(),
});

const refused = z.object({
  error: z.object({
    status: z.string().optional(),
    message: z.string().default(''),
    details: z
      .array(
        z.object({
          reason: z.string().optional(),
          violations: z.array(z.object({ quotaId: z.string().optional() })).optional(),
        }),
      )
      .default([]),
  }),
});

/** Judges calls with `generateContent` of the Gemini API: sound inline, JSON by a schema. */
export class GeminiAnalyst implements CallAnalyst {
  readonly provider = 'gemini';
  readonly model: string;
  readonly mostAudioBytes: number;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  /** Throws `no_key` or `invalid_settings`. */
  constructor(options: HostedAnalystOptions) {
    const { url = GEMINI_URL, model = GEMINI_MODEL, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const apiKey = requireKey(options.apiKey);
    this.model = model.replace(/^models\//u, '');
    this.mostAudioBytes = options.mostAudioBytes ?? MOST_AUDIO_BYTES;
    this.#url = methodUrl(url, `models/${encodeURIComponent(this.model)}:generateContent`);
    this.#headers = apiKey === null ? {} : { 'x-goog-api-key': apiKey };
    this.#timeoutMs = timeoutMs;
  }

  async analyze(call: CallMaterial, signal: AbortSignal): Promise<AnalystAnswer> {
    const { mostAudioBytes, provider } = this;
    const bytes = call.wav.length;
    if (bytes > mostAudioBytes) throw tooLarge({ bytes, mostAudioBytes, provider });
    const answer = await postJson({
      provider: GEMINI,
      url: this.#url,
      headers: this.#headers,
      body: questionOf(call),
      timeoutMs: this.#timeoutMs,
      signal,
    });
    if (answer.status !== 200) throw refusalOf(answer, bytes);
    return answerOf(answer.json);
  }
}

function questionOf(call: CallMaterial): GeminiQuestion {
  const data = Buffer.from(call.wav).toString('base64');
  return {
    systemInstruction: { parts: [{ text: ANALYST_INSTRUCTIONS }] },
    contents: [
      {
        role: 'user',
        parts: [{ text: analystQuestion(call) }, { inlineData: { mimeType: 'audio/wav', data } }],
      },
    ],
    generationConfig: {
      responseMimeType: 'application/json',
      responseJsonSchema: answerSchema(call.rubric),
      maxOutputTokens: MOST_OUTPUT_TOKENS,
      temperature: 0,
    },
  };
}

function answerOf(json: unknown): AnalystAnswer {
  const parsed = answered.safeParse(json);
  if (!parsed.success) throw providerFault(GEMINI, 'provider_garbled', 'no answer of its API');
  const { candidates, promptFeedback, usageMetadata: usage, modelVersion } = parsed.data;
  const [candidate] = candidates;
  const block = promptFeedback?.blockReason;
  if (!candidate || block !== undefined) {
    throw providerFault(GEMINI, 'provider_refused', nameOf(block) ?? 'no candidate');
  }
  const { finishReason = 'STOP', content } = candidate;
  if (finishReason === 'MAX_TOKENS') {
    throw providerFault(GEMINI, 'provider_garbled', 'an answer that was cut off: MAX_TOKENS');
  }
  if (finishReason !== 'STOP') {
    throw providerFault(GEMINI, 'provider_refused', nameOf(finishReason) ?? 'no reason');
  }
  const parts = content?.parts.filter(({ thought }) => thought !== true) ?? [];
  return {
    answer: jsonIn(parts.map(({ text = '' }) => text).join('')),
    answeredBy: modelVersion ?? null,
    usage: usage
      ? {
          inputTokens: usage.promptTokenCount,
          outputTokens: usage.candidatesTokenCount + usage.thoughtsTokenCount,
        }
      : null,
  };
}

/** The sentence is read for what it is about, and not passed on: it may quote what was sent. */
function refusalOf({ status, json }: PostAnswer, bytes: number): AnalysisError {
  const parsed = refused.safeParse(json);
  const { status: name, message = '', details = [] } = parsed.success ? parsed.data.error : {};
  const reasons = details.map(({ reason }) => reason);
  const quotas = details.flatMap(({ violations = [] }) => violations.map(({ quotaId }) => quotaId));
  const note = [`HTTP ${status}`, nameOf(name)].filter(Boolean).join(', ');
  if (status === 413 || /payload size|too large|exceeds the (?:limit|maximum)/iu.test(message)) {
    return refusedAsTooLarge(GEMINI, bytes);
  }
  if (reasons.some((reason) => reason?.startsWith('API_KEY')) || /api key/iu.test(message)) {
    return providerFault(GEMINI, 'provider_unauthorized', note);
  }
  if (status === 429) {
    const isSpent =
      quotas.some((quota) => /PerDay/u.test(quota ?? '')) || /billing|credits/iu.test(message);
    const isBrief = quotas.some((quota) => /PerMinute/u.test(quota ?? ''));
    const code = isSpent && !isBrief ? 'provider_quota_exceeded' : 'provider_rate_limited';
    return providerFault(GEMINI, code, note);
  }
  return providerFault(GEMINI, codeOfStatus(status), note);
}
