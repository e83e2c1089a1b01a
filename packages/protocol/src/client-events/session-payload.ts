import { z } from 'zod';
import { detectBetaShape, type Dialect } from '../dialect.ts';
import { protocolErrors, type ProtocolFault } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { presentKeys } from '../present-keys.ts';
import type { SessionPatch } from '../session-config.ts';
import type { SessionShape } from './client-event.ts';
import { faultOfSchema } from './schema-fault.ts';
import {
  audioFormatField,
  includeField,
  maxTokensField,
  modalitiesField,
  noiseReductionField,
  promptField,
  reasoningField,
  sessionExtensionField,
  speedField,
  temperatureField,
  toolChoiceField,
  toolsField,
  tracingField,
  transcriptionField,
  truncationField,
  turnDetectionField,
  voiceField,
} from './session-fields.ts';

const sharedMembers = {
  model: z.string().min(1).nullish(),
  instructions: z.string().nullish(),
  tools: toolsField.nullish(),
  tool_choice: toolChoiceField.nullish(),
  tracing: tracingField.nullish(),
  truncation: truncationField.nullish(),
  prompt: promptField.nullish(),
  include: z.array(includeField).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: reasoningField.nullish(),
  max_output_tokens: maxTokensField.nullish(),
  antiphon: sessionExtensionField.nullish(),
  /** Clients send back the session object they were given; its read-only members are passed over. */
  id: z.unknown().optional(),
  object: z.unknown().optional(),
  expires_at: z.unknown().optional(),
  client_secret: z.unknown().optional(),
};

/** To be spread last: members written after a spread are added one by one, 1 µs each. */
function sharedPatch(session: z.output<z.ZodObject<typeof sharedMembers>>) {
  return {
    model: session.model,
    instructions: session.instructions,
    tools: session.tools,
    toolChoice: session.tool_choice,
    tracing: session.tracing,
    truncation: session.truncation,
    prompt: session.prompt,
    include: session.include,
    parallelToolCalls: session.parallel_tool_calls,
    reasoning: session.reasoning,
    contactEmail: session.antiphon?.contactEmail ?? undefined,
  };
}

const gaSession = z.strictObject({
  type: z.enum(['realtime', 'transcription']).optional(),
  ...sharedMembers,
  output_modalities: modalitiesField.nullish(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: audioFormatField.nullish(),
          transcription: transcriptionField.nullish(),
          noise_reduction: noiseReductionField.nullish(),
          turn_detection: turnDetectionField.nullish(),
        })
        .optional(),
      output: z
        .strictObject({
          format: audioFormatField.nullish(),
          voice: voiceField.nullish(),
          speed: speedField.nullish(),
        })
        .optional(),
    })
    .optional(),
  /** GA has no temperature; clients that moved over still send it. */
  temperature: z.unknown().optional(),
});

/**
 * Costs 25 ms at the start and saves a third of the reading of the largest event there is. A value
 * that it does not take is read again by the schema itself, so faults are the same.
 */
const compiledGaSession = z.compile(gaSession, { strict: true });

function gaPatch(session: z.output<typeof gaSession>): SessionPatch {
  const input = session.audio?.input;
  const output = session.audio?.output;
  return presentKeys({
    sessionType: session.type,
    outputModality: session.output_modalities,
    maxOutputTokens: session.max_output_tokens,
    inputFormat: input?.format,
    inputTranscription: input?.transcription,
    noiseReduction: input?.noise_reduction,
    turnDetection: input?.turn_detection,
    outputFormat: output?.format,
    voice: output?.voice,
    speed: output?.speed,
    ...sharedPatch(session),
  });
}

const betaSession = z.strictObject({
  ...sharedMembers,
  modalities: modalitiesField.nullish(),
  voice: voiceField.nullish(),
  speed: speedField.nullish(),
  input_audio_format: audioFormatField.nullish(),
  output_audio_format: audioFormatField.nullish(),
  input_audio_transcription: transcriptionField.nullish(),
  input_audio_noise_reduction: noiseReductionField.nullish(),
  turn_detection: turnDetectionField.nullish(),
  temperature: temperatureField.nullish(),
  max_response_output_tokens: maxTokensField.nullish(),
});

function betaPatch(session: z.output<typeof betaSession>): SessionPatch {
  return presentKeys({
    outputModality: session.modalities,
    voice: session.voice,
    speed: session.speed,
    inputFormat: session.input_audio_format,
    outputFormat: session.output_audio_format,
    inputTranscription: session.input_audio_transcription,
    noiseReduction: session.input_audio_noise_reduction,
    turnDetection: session.turn_detection,
    temperature: session.temperature,
    maxOutputTokens:
      session.max_response_output_tokens === undefined
        ? session.max_output_tokens
        : session.max_response_output_tokens,
    ...sharedPatch(session),
  });
}

function hasGaKeys(session: JsonObject): boolean {
  return ['type', 'audio', 'output_modalities'].some((key) => Object.hasOwn(session, key));
}

/** A session payload read, or what is wrong with it. */
export type SessionPayload =
  { ok: true; patch: SessionPatch; shape: SessionShape } | { ok: false; fault: ProtocolFault };

/**
 * Reads the `session` member of an event or REST body, in whichever shape it is written. Shape
 * decides before dialect: a payload with GA's own keys is GA, one that detectBetaShape knows is
 * beta, and only what could be either follows the dialect. GA requires `session.type` unless the
 * event itself says it (`isTypeImplied`). Unknown members are faults; paths begin with `session`.
 */
export function readSessionPayload(
  rawSession: unknown,
  options: { dialect: Dialect; isTypeImplied?: boolean },
): SessionPayload {
  if (rawSession === undefined) {
    return { ok: false, fault: protocolErrors.missingParameter('session') };
  }
  const root = { session: rawSession };
  const isBeta =
    isJsonObject(rawSession) &&
    (detectBetaShape(rawSession) || (options.dialect === 'beta' && !hasGaKeys(rawSession)));
  if (isBeta) {
    const result = betaSession.safeParse(rawSession);
    return result.success
      ? { ok: true, patch: betaPatch(result.data), shape: 'beta' }
      : { ok: false, fault: faultOfSchema(result.error, root, ['session']) };
  }
  const isTypeRequired = options.dialect === 'ga' && options.isTypeImplied !== true;
  if (isTypeRequired && isJsonObject(rawSession) && !Object.hasOwn(rawSession, 'type')) {
    return { ok: false, fault: protocolErrors.missingParameter('session.type') };
  }
  const result = compiledGaSession.safeParse(rawSession);
  return result.success
    ? { ok: true, patch: gaPatch(result.data), shape: 'ga' }
    : { ok: false, fault: faultOfSchema(result.error, root, ['session']) };
}
