import { z } from 'zod';
import { strictMapping } from './schema-faults.ts';
import { spoken } from './tool-schema.ts';
import { LONGEST_PADDING_MS, LONGEST_SILENCE_MS } from './turn-limits.ts';

/** What a model behind the pipeline `openai-realtime` is unless it is said. */
export const UPSTREAM_DEFAULTS = {
  model: 'gpt-realtime-2.1',
  apiKeyVariable: 'OPENAI_API_KEY',
} as const;

/** A price, mostly of a million. */
export const dollars = z.number().min(0);

const tokenPrices = {
  textInput: dollars.optional(),
  cachedTextInput: dollars.optional(),
  audioInput: dollars.optional(),
  cachedAudioInput: dollars.optional(),
  textOutput: dollars.optional(),
  audioOutput: dollars.optional(),
};

/** What a model's tokens cost. */
export const tokenPricesSchema = strictMapping(tokenPrices);

/** How a provider finds turns; what is left out is as the session would be told. */
const providerVadSchema = z.discriminatedUnion('type', [
  strictMapping({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).optional(),
    prefixPaddingMs: z.int().min(0).max(LONGEST_PADDING_MS).optional(),
    silenceDurationMs: z.int().min(50).max(LONGEST_SILENCE_MS).optional(),
  }),
  strictMapping({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
  }),
]);

/** The shape of `openaiRealtime` in `agent.yaml`. */
export const realtimeUpstreamSchema = strictMapping({
  url: spoken('the WebSocket address, such as wss://api.openai.com/v1/realtime').optional(),
  model: spoken('a speech-to-speech model').default(UPSTREAM_DEFAULTS.model),
  /** What stands there is looked at elsewhere: a fault of a schema shows it, and it may be a key. */
  apiKeyVariable: z
    .string()
    .describe('the name of the variable that holds the key')
    .default(UPSTREAM_DEFAULTS.apiKeyVariable),
  apiKeyHeader: z.enum(['bearer', 'api-key']).default('bearer'),
  voice: spoken('a voice of the model, such as marin').optional(),
  transcriptionModel: spoken('the model that writes down what callers say').optional(),
  transcriptionLanguage: z
    .string()
    .regex(/^[a-z]{2}$/u, { error: 'Write a language by its two letters, such as en.' })
    .optional(),
  audio: z.enum(['auto', 'pcm', 'g711']).default('auto'),
  turnDetection: z.enum(['session', 'provider']).default('session'),
  providerVad: providerVadSchema.optional(),
  exactTexts: z.enum(['embedded', 'model']).default('embedded'),
  wordTimes: z.enum(['aligned', 'none']).default('aligned'),
  prices: strictMapping({
    ...tokenPrices,
    transcriptInput: dollars.optional(),
    transcriptOutput: dollars.optional(),
    transcriptMinute: dollars.optional(),
  }).optional(),
});
