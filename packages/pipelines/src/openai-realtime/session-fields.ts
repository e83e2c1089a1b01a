import type { WireClientEvent } from '@antiphon/protocol';
import type { AnswerOptions, SessionConfig, ToolChoice, ToolDefinition } from '@antiphon/session';
import type { UpstreamFormat } from './caller-audio.ts';
import type { WireDetection } from './provider-vad.ts';
import type { RealtimeSettings } from './realtime-settings.ts';
import type { ResponseRequest } from './response-desk.ts';
import { wireItem } from './wire-items.ts';

/** Writes down what callers say, unless the settings name another. */
/** Writes down what callers say unless another model is named. */
export const DEFAULT_TRANSCRIPTION_MODEL = 'gpt-transcribe';

/** Speaks where neither the settings nor the session name a voice that the models have. */
const DEFAULT_VOICE = 'marin';

/** The voices of OpenAI's speech models. */
const VOICES: ReadonlySet<string> = new Set([
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'marin',
  'sage',
  'shimmer',
  'verse',
]);

type SessionFields = Extract<WireClientEvent, { type: 'session.update' }>['session'];

/** The voice that speaks answers. */
export function voiceOf(settings: RealtimeSettings, config: SessionConfig | null): string {
  const asked = config?.voice ?? DEFAULT_VOICE;
  return settings.voice ?? (VOICES.has(asked) ? asked : DEFAULT_VOICE);
}

/** How an upstream session hears and speaks. */
export interface UpstreamAudio {
  readonly format: UpstreamFormat;
  /** How it finds turns; null where the session alone does. */
  readonly detection: WireDetection | null;
}

/** What an upstream session is told. GA models take no temperature. */
export function sessionFields(
  settings: RealtimeSettings,
  config: SessionConfig | null,
  { format, detection }: UpstreamAudio,
): SessionFields {
  const { transcriptionModel: model = DEFAULT_TRANSCRIPTION_MODEL } = settings;
  const { transcriptionLanguage: language } = settings;
  return {
    type: 'realtime',
    ...(config && {
      output_modalities: config.modality === 'text' ? ['text'] : ['audio'],
      instructions: config.instructions,
      tools: config.tools.map(wireTool),
      tool_choice: wireChoice(config.toolChoice),
      max_output_tokens: config.maxOutputTokens ?? 'inf',
    }),
    audio: {
      input: {
        format,
        transcription: { model, ...(language !== undefined && { language }) },
        turn_detection: detection,
      },
      output: {
        format,
        voice: voiceOf(settings, config),
        ...(config && { speed: Math.min(1.5, Math.max(0.25, config.speed)) }),
      },
    },
  };
}

/** What one answer is asked for with, beyond the session's configuration. */
export function answerFields(options: AnswerOptions): ResponseRequest {
  const { instructions, modality, tools, toolChoice, maxOutputTokens, context } = options;
  return {
    ...(instructions !== undefined && { instructions }),
    ...(modality && { output_modalities: modality === 'text' ? ['text'] : ['audio'] }),
    ...(tools && { tools: tools.map(wireTool) }),
    ...(toolChoice && { tool_choice: wireChoice(toolChoice) }),
    ...(maxOutputTokens !== undefined && { max_output_tokens: maxOutputTokens ?? 'inf' }),
    ...(context && { input: context.flatMap((item) => wireItem(item) ?? []) }),
  };
}

function wireTool({ name, description, parameters }: ToolDefinition) {
  return { type: 'function' as const, name, description, parameters };
}

function wireChoice(choice: ToolChoice) {
  return typeof choice === 'object' ? { type: 'function' as const, name: choice.name } : choice;
}
