import { z } from 'zod';
import { dollars, tokenPricesSchema } from './realtime-upstream-schema.ts';
import { strictMapping } from './schema-faults.ts';
import { spoken } from './tool-schema.ts';

/** More who stand in for one another would keep a caller waiting longer than anybody waits. */
const MOST_FALLBACKS = 3;

/** What every service of a cascade may say. Which providers there are is looked at elsewhere. */
const service = {
  provider: spoken('who serves it, such as embedded').default('embedded'),
  url: spoken('the address of another server than its own').optional(),
  model: spoken('a model of the provider').optional(),
  /** What stands there is looked at elsewhere: a fault of a schema shows it, and it may be a key. */
  apiKeyVariable: z.string().describe('the name of the variable that holds the key').optional(),
  apiKeyHeader: z.enum(['bearer', 'api-key']).optional(),
  apiVersion: z
    .string()
    .regex(/^[\w.-]+$/u, { error: 'Write a version such as 2025-03-01-preview.' })
    .optional(),
};

const speechToText = {
  ...service,
  prices: strictMapping({
    minute: dollars.optional(),
    textInput: dollars.optional(),
    audioInput: dollars.optional(),
    textOutput: dollars.optional(),
  }).optional(),
  language: z
    .string()
    .regex(/^[a-z]{2}$/u, { error: 'Write a language by its two letters, such as en.' })
    .optional(),
  finalizesPauses: z.boolean().optional(),
};

const languageModel = { ...service, prices: tokenPricesSchema.optional() };

const textToSpeech = {
  ...service,
  voice: spoken('a voice of the provider').optional(),
  prices: strictMapping({
    characters: dollars.describe('the dollars for a million of them'),
  }).optional(),
};

/** How the first one and those that stand in for it are used. */
const use = {
  budgetMs: z.int().min(100).max(3_000).optional(),
  breaker: strictMapping({
    failures: z.int().min(1).max(100).optional(),
    coolDownMs: z.int().min(1_000).max(600_000).optional(),
  }).optional(),
};

/** The shape of `cascade` in `agent.yaml`; what is left out is embedded. */
export const cascadeSchema = strictMapping({
  speechToText: strictMapping({
    ...speechToText,
    fallback: z.array(strictMapping(speechToText)).max(MOST_FALLBACKS).optional(),
    ...use,
  }).prefault({}),
  languageModel: strictMapping({
    ...languageModel,
    fallback: z.array(strictMapping(languageModel)).max(MOST_FALLBACKS).optional(),
    ...use,
    hedges: z.boolean().optional(),
  }).prefault({}),
  textToSpeech: strictMapping({
    ...textToSpeech,
    fallback: z.array(strictMapping(textToSpeech)).max(MOST_FALLBACKS).optional(),
    ...use,
  }).prefault({}),
  speechGuard: z.enum(['on', 'off']).optional(),
});
