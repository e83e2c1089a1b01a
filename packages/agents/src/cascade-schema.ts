import { z } from 'zod';
import { strictMapping } from './schema-faults.ts';
import { spoken } from './tool-schema.ts';

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

/** The shape of `cascade` in `agent.yaml`; what is left out is embedded. */
export const cascadeSchema = strictMapping({
  speechToText: strictMapping({
    ...service,
    language: z
      .string()
      .regex(/^[a-z]{2}$/u, { error: 'Write a language by its two letters, such as en.' })
      .optional(),
  }).prefault({}),
  languageModel: strictMapping(service).prefault({}),
  textToSpeech: strictMapping({
    ...service,
    voice: spoken('a voice of the provider').optional(),
  }).prefault({}),
});
