import { z } from 'zod';
import { tokenPricesSchema } from './realtime-upstream-schema.ts';
import { strictMapping } from './schema-faults.ts';
import { spoken } from './tool-schema.ts';

/** What a model behind the pipeline `gemini-live` is unless it is said. */
export const GEMINI_DEFAULTS = {
  model: 'gemini-3.8-live',
  apiKeyVariable: 'GEMINI_API_KEY',
} as const;

/** The shape of `geminiLive` in `agent.yaml`. */
export const geminiUpstreamSchema = strictMapping({
  url: spoken('the WebSocket address of BidiGenerateContent').optional(),
  model: spoken('a Live model with native audio').default(GEMINI_DEFAULTS.model),
  /** What stands there is looked at elsewhere: a fault of a schema shows it, and it may be a key. */
  apiKeyVariable: z
    .string()
    .describe('the name of the variable that holds the key')
    .default(GEMINI_DEFAULTS.apiKeyVariable),
  voice: spoken('a voice of the model, such as Kore').optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/u, {
      error: 'Write a language as BCP-47 has it, such as en-US.',
    })
    .optional(),
  wordTimes: z.enum(['aligned', 'none']).default('aligned'),
  prices: tokenPricesSchema.optional(),
});
