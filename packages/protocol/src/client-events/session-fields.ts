import { z } from 'zod';
import { AUDIO_FORMAT_BY_NAME } from '../audio-format.ts';
import { nestsWithin } from '../json-value.ts';
import { presentKeys } from '../present-keys.ts';
import type {
  FunctionTool,
  ToolChoice,
  Tracing,
  Truncation,
  TurnDetectionPatch,
} from '../session-config.ts';
import { READ_BACK_FAULT, readsBackArguments, toolExtensionField } from './tool-extension.ts';

/**
 * Deepest nesting taken in free-form JSON (tool schemas, prompt variables): far beyond any real
 * schema, and far below where writing it out again would exhaust the stack.
 */
const MAX_JSON_LEVELS = 64;

/** Longest id taken from a client, in characters: well above any in use, so that ids stay small. */
const MAX_ID_CHARACTERS = 256;

/** An id a client refers to or supplies. */
export const idField = z.string().min(1).max(MAX_ID_CHARACTERS);

/** Any JSON object, not looked into beyond its depth. */
const freeJsonField = z.looseObject({}).refine((value) => nestsWithin(value, MAX_JSON_LEVELS), {
  message: `expected JSON nested at most ${MAX_JSON_LEVELS} levels deep`,
});

/** An audio format as either dialect writes it: a name or a `{type, rate}` object. */
export const audioFormatField = z
  .union([
    z.enum(['audio/pcm', 'audio/pcmu', 'audio/pcma', 'pcm16', 'g711_ulaw', 'g711_alaw']),
    z.discriminatedUnion('type', [
      z.object({ type: z.literal(['audio/pcm', 'pcm16']), rate: z.literal(24000).nullish() }),
      z.object({
        type: z.literal(['audio/pcmu', 'audio/pcma', 'g711_ulaw', 'g711_alaw']),
        rate: z.literal(8000).nullish(),
      }),
    ]),
  ])
  .transform((format) => AUDIO_FORMAT_BY_NAME[typeof format === 'string' ? format : format.type]);

/** A voice by name, or as `{id}`. */
export const voiceField = z
  .union([z.string().min(1), z.object({ id: z.string().min(1) })])
  .transform((voice) => (typeof voice === 'string' ? voice : voice.id));

/** A list of modalities; an answer is spoken when audio is among them. */
export const modalitiesField = z
  .array(z.enum(['audio', 'text']))
  .min(1)
  .transform((list) => (list.includes('audio') ? ('audio' as const) : ('text' as const)));

/** Speaking rate. */
export const speedField = z.number().min(0.25).max(1.5);

/** Sampling temperature; wide enough for every model behind the beta dialect. */
export const temperatureField = z.number().min(0).max(2);

/** A token limit, or "inf". */
export const maxTokensField = z.union([z.int().min(1), z.literal('inf')]);

/** Input transcription; members this service does not use are dropped. */
export const transcriptionField = z
  .object({
    model: z.string().nullish(),
    language: z.string().nullish(),
    prompt: z.string().nullish(),
  })
  .transform((value) =>
    presentKeys({
      model: value.model ?? undefined,
      language: value.language ?? undefined,
      prompt: value.prompt ?? undefined,
    }),
  );

/** What may be included. */
export const includeField = z.literal('item.input_audio_transcription.logprobs');

/** Noise reduction. */
export const noiseReductionField = z
  .strictObject({ type: z.enum(['near_field', 'far_field']), strength: z.number().nullish() })
  .transform((value) => presentKeys({ type: value.type, strength: value.strength ?? undefined }));

/** Clients send the members of both detectors with either type; those of the other are dropped. */
const turnDetectionMembers = {
  threshold: z.number().min(0).max(1).nullish(),
  prefix_padding_ms: z.int().min(0).nullish(),
  silence_duration_ms: z.int().min(0).nullish(),
  idle_timeout_ms: z.int().min(5000).max(30000).nullish(),
  eagerness: z.enum(['low', 'medium', 'high', 'auto']).nullish(),
  create_response: z.boolean().nullish(),
  interrupt_response: z.boolean().nullish(),
  model_version: z.unknown().optional(),
};

/** Turn detection; `false` and type "none" are older spellings of null. */
export const turnDetectionField = z
  .union([
    z.literal(false),
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('server_vad'), ...turnDetectionMembers }),
      z.strictObject({ type: z.literal('semantic_vad'), ...turnDetectionMembers }),
      z.object({ type: z.literal('none') }),
    ]),
  ])
  .transform((value): TurnDetectionPatch | null => {
    if (value === false || value.type === 'none') return null;
    const responses = {
      createResponse: value.create_response ?? undefined,
      interruptResponse: value.interrupt_response ?? undefined,
    };
    if (value.type === 'semantic_vad') {
      const eagerness = value.eagerness ?? undefined;
      return presentKeys({ type: value.type, eagerness, ...responses });
    }
    return presentKeys({
      type: value.type,
      threshold: value.threshold ?? undefined,
      prefixPaddingMs: value.prefix_padding_ms ?? undefined,
      silenceDurationMs: value.silence_duration_ms ?? undefined,
      idleTimeoutMs: value.idle_timeout_ms,
      ...responses,
    });
  });

const functionMembers = {
  /** What models take as a function name. */
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, {
    message: 'expected 1 to 64 letters, digits, underscores or hyphens',
  }),
  description: z.string().nullish(),
  parameters: freeJsonField.nullish(),
  antiphon: toolExtensionField.nullish(),
};

const toolField = z
  .union([
    z
      .object({ type: z.literal('function').optional(), ...functionMembers })
      .refine(readsBackArguments, READ_BACK_FAULT),
    z.object({
      type: z.literal('function').optional(),
      function: z.object(functionMembers).refine(readsBackArguments, READ_BACK_FAULT),
    }),
  ])
  .transform((tool): FunctionTool => {
    const { name, description, parameters, antiphon } = 'function' in tool ? tool.function : tool;
    return presentKeys({
      name,
      description: description ?? undefined,
      parameters: parameters ?? undefined,
      antiphon: antiphon ?? undefined,
    });
  });

/** The functions the agent may call; the nested `function` object of older clients is taken too. */
export const toolsField = z.array(toolField);

/** A tool choice; a bare word that is no mode is a function's name. */
export const toolChoiceField = z
  .union([
    z.string().min(1),
    z.object({ type: z.literal('function'), name: z.string().min(1) }),
    z.object({ type: z.literal('function'), function: z.object({ name: z.string().min(1) }) }),
  ])
  .transform((choice): ToolChoice => {
    if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
    if (typeof choice === 'string') return { type: 'function', name: choice };
    return { type: 'function', name: 'name' in choice ? choice.name : choice.function.name };
  });

/** Tracing settings. */
export const tracingField = z
  .union([
    z.literal('auto'),
    z.object({
      workflow_name: z.string().nullish(),
      group_id: z.string().nullish(),
      metadata: freeJsonField.nullish(),
    }),
  ])
  .transform((value): Tracing => {
    if (value === 'auto') return value;
    return presentKeys({
      workflowName: value.workflow_name ?? undefined,
      groupId: value.group_id ?? undefined,
      metadata: value.metadata ?? undefined,
    });
  });

/** Context truncation settings. */
export const truncationField = z
  .union([
    z.enum(['auto', 'disabled']),
    z.object({
      type: z.literal('retention_ratio'),
      retention_ratio: z.number().min(0).max(1),
      token_limits: z.object({ post_instructions: z.int().min(0).nullish() }).nullish(),
    }),
  ])
  .transform((value): Truncation => {
    if (typeof value === 'string') return value;
    return presentKeys({
      type: value.type,
      retentionRatio: value.retention_ratio,
      postInstructionsTokens: value.token_limits?.post_instructions ?? undefined,
    });
  });

/** A stored prompt. */
export const promptField = z
  .object({
    id: z.string().min(1),
    version: z.string().nullish(),
    variables: freeJsonField.nullish(),
  })
  .transform((value) =>
    presentKeys({
      id: value.id,
      version: value.version ?? undefined,
      variables: value.variables ?? undefined,
    }),
  );

/** Reasoning settings. */
export const reasoningField = z
  .object({ effort: z.string().min(1).nullish() })
  .transform((value) => presentKeys({ effort: value.effort ?? undefined }));

/** No address is longer. */
const MOST_ADDRESS_CHARACTERS = 254;

/** The member `antiphon` of a session: what the client knows of the caller. */
export const sessionExtensionField = z.strictObject({
  contactEmail: z.string().min(1).max(MOST_ADDRESS_CHARACTERS).nullish(),
});
