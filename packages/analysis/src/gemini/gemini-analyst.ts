import type { Content, GenerationConfig, Part } from '@google/genai';
import { z } from 'zod';
import { answerSchema, jsonIn } from '../analyst-answer.ts';
import { DEFAULT_TIMEOUT_MS, postJson } from '../analyst-post.ts';
import { ANALYST_INSTRUCTIONS, analystQuestion } from '../analyst-prompt.ts';
import { refuseTooLarge } from '../audio-size.ts';
import { methodUrl, MOST_AUDIO_BYTES, requireKey } from '../analyst-settings.ts';
import type { HostedAnalystOptions } from '../analyst-settings.ts';
import type { AnalystAnswer, Asking, CallAnalyst, CallMaterial } from '../call-analyst.ts';
import { wholeOf } from '../call-sound.ts';
import { nameOf, providerFault } from '../provider-fault.ts';
import { GeminiFiles } from './gemini-files.ts';
import { GEMINI, refusalOf } from './gemini-refusal.ts';

const GEMINI_URL = 'https://generativelanguage.googleapis.com/v1beta';

/** The newest of the fast ones, which hear audio. */
const GEMINI_MODEL = 'gemini-flash-latest';

/** What a model thinks counts too. */
const MOST_OUTPUT_TOKENS = 16_384;

/** What Google takes as one file. */
const MOST_FILE_BYTES = 2_000_000_000;

/** What it takes in one question: 9.5 hours. */
const MOST_CALL_MS = 9.5 * 3_600_000;

const PART_BYTES = 8 * 1024 * 1024;
const POLL_MS = 2_000;
const RETRY_MS = 1_000;

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

/** What a Gemini analyst is made from. */
export interface GeminiAnalystOptions extends HostedAnalystOptions {
  /** WAV files of more bytes are uploaded first; what one request takes unless given. */
  readonly mostInlineBytes?: number;
  /** How much of an upload goes in one request, a multiple of 256 KiB; 8 MiB unless given. */
  readonly partBytes?: number;
  /** How often an upload is looked at until it can be used; every two seconds unless given. */
  readonly pollMs?: number;
  /** Before what got lost of an upload is sent again; a second unless given. */
  readonly retryMs?: number;
}

/**
 * Judges calls with `generateContent` of the Gemini API: sound inline, or as a file for as long as
 * that takes; JSON by a schema.
 */
export class GeminiAnalyst implements CallAnalyst {
  readonly provider = 'gemini';
  readonly model: string;
  readonly mostAudioBytes: number;
  readonly mostCallMs = MOST_CALL_MS;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #mostInlineBytes: number;
  readonly #files: GeminiFiles;

  /** Throws `no_key` or `invalid_settings`. */
  constructor(options: GeminiAnalystOptions) {
    const { url = GEMINI_URL, model = GEMINI_MODEL, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const { partBytes = PART_BYTES, pollMs = POLL_MS, retryMs = RETRY_MS } = options;
    const apiKey = requireKey(options.apiKey);
    this.model = model.replace(/^models\//u, '');
    this.mostAudioBytes = options.mostAudioBytes ?? MOST_FILE_BYTES;
    this.#mostInlineBytes = options.mostInlineBytes ?? MOST_AUDIO_BYTES;
    this.#url = methodUrl(url, `models/${encodeURIComponent(this.model)}:generateContent`);
    this.#headers = apiKey === null ? {} : { 'x-goog-api-key': apiKey };
    this.#timeoutMs = timeoutMs;
    const headers = this.#headers;
    this.#files = new GeminiFiles({ base: url, headers, timeoutMs, pollMs, retryMs, partBytes });
  }

  async analyze(call: CallMaterial, asking: Asking): Promise<AnalystAnswer> {
    const { sound, callMs } = call;
    refuseTooLarge({ bytes: sound.bytes, callMs }, this);
    if (sound.bytes <= this.#mostInlineBytes) {
      const data = (await wholeOf(sound)).toString('base64');
      return this.#ask(call, { inlineData: { mimeType: 'audio/wav', data } }, asking);
    }
    return this.#files.lend(sound, asking, (fileData) => this.#ask(call, { fileData }, asking));
  }

  async #ask(call: CallMaterial, sound: Part, { signal }: Asking): Promise<AnalystAnswer> {
    const answer = await postJson({
      provider: GEMINI,
      url: this.#url,
      headers: this.#headers,
      body: questionOf(call, sound),
      timeoutMs: this.#timeoutMs,
      signal,
    });
    if (answer.status !== 200) throw refusalOf(answer, call.sound.bytes);
    return answerOf(answer.json);
  }
}

function questionOf(call: CallMaterial, sound: Part): GeminiQuestion {
  return {
    systemInstruction: { parts: [{ text: ANALYST_INSTRUCTIONS }] },
    contents: [{ role: 'user', parts: [{ text: analystQuestion(call) }, sound] }],
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
