import { z } from 'zod';
import { presentKeys } from '../present-keys.ts';
import type { ResponseOverrides } from './client-event.ts';
import { responseInputField } from './item-payload.ts';
import {
  audioFormatField,
  maxTokensField,
  modalitiesField,
  promptField,
  reasoningField,
  temperatureField,
  toolChoiceField,
  toolsField,
  voiceField,
} from './session-fields.ts';

/** Metadata bounds of the Realtime API. */
const MAX_METADATA_PAIRS = 16;
const MAX_METADATA_KEY_CHARACTERS = 64;
const MAX_METADATA_VALUE_CHARACTERS = 512;

const metadataField = z
  .record(z.string(), z.string().max(MAX_METADATA_VALUE_CHARACTERS))
  .refine((pairs) => Object.keys(pairs).length <= MAX_METADATA_PAIRS, {
    message: `expected at most ${MAX_METADATA_PAIRS} pairs`,
  })
  .refine((pairs) => Object.keys(pairs).every((key) => key.length <= MAX_METADATA_KEY_CHARACTERS), {
    message: `expected keys of at most ${MAX_METADATA_KEY_CHARACTERS} characters`,
  });

const responseSchema = z.object({
  conversation: z.enum(['auto', 'none']).nullish(),
  input: z.array(responseInputField).nullish(),
  instructions: z.string().nullish(),
  metadata: metadataField.nullish(),
  tools: toolsField.nullish(),
  tool_choice: toolChoiceField.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: reasoningField.nullish(),
  prompt: promptField.nullish(),
  output_modalities: modalitiesField.nullish(),
  modalities: modalitiesField.nullish(),
  max_output_tokens: maxTokensField.nullish(),
  max_response_output_tokens: maxTokensField.nullish(),
  audio: z
    .object({
      output: z
        .object({ format: audioFormatField.nullish(), voice: voiceField.nullish() })
        .nullish(),
    })
    .nullish(),
  voice: voiceField.nullish(),
  output_audio_format: audioFormatField.nullish(),
  temperature: temperatureField.nullish(),
});

/**
 * The `response` member of response.create in either dialect's spelling; null members are absent
 * ones and unknown members are passed over, since some clients die of an avoidable error.
 */
export const responseField: z.ZodType<ResponseOverrides> = responseSchema
  .nullish()
  .transform((wire): ResponseOverrides => {
    if (!wire) return { conversation: 'auto' };
    const output = wire.audio?.output;
    return presentKeys({
      conversation: wire.conversation ?? ('auto' as const),
      input: wire.input ?? undefined,
      instructions: wire.instructions ?? undefined,
      outputModality: wire.output_modalities ?? wire.modalities ?? undefined,
      voice: output?.voice ?? wire.voice ?? undefined,
      outputFormat: output?.format ?? wire.output_audio_format ?? undefined,
      tools: wire.tools ?? undefined,
      toolChoice: wire.tool_choice ?? undefined,
      metadata: wire.metadata ?? undefined,
      maxOutputTokens: wire.max_output_tokens ?? wire.max_response_output_tokens ?? undefined,
      temperature: wire.temperature ?? undefined,
      parallelToolCalls: wire.parallel_tool_calls ?? undefined,
      reasoning: wire.reasoning ?? undefined,
      prompt: wire.prompt ?? undefined,
    });
  });
