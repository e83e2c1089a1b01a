import type { FunctionDeclaration } from '@google/genai';
import type { AnswerOptions, SessionConfig, ToolDefinition } from '@antiphon/session';
import type { GeminiSettings } from './gemini-settings.ts';
import type { OnWire, WireSetup } from './wire-types.ts';

/** Speaks where neither the settings nor the session name a voice that the models have. */
const DEFAULT_VOICE = 'Puck';

/** The prebuilt voices of the models with native audio. */
const VOICES: ReadonlySet<string> = new Set(
  (
    'Achernar Achird Algenib Algieba Alnilam Aoede Autonoe Callirrhoe Charon Despina Enceladus ' +
    'Erinome Fenrir Gacrux Iapetus Kore Laomedeia Leda Orus Puck Pulcherrima Rasalgethi ' +
    'Sadachbia Sadaltager Schedar Sulafat Umbriel Vindemiatrix Zephyr Zubenelgenubi'
  ).split(' '),
);

/**
 * What a connection is told first, and is for as long as it lasts. The upstream detects no turns:
 * the session does. It makes sound only, so an answer that is to be text is what it says it says.
 */
export function liveSetup(
  settings: GeminiSettings,
  config: SessionConfig | null,
  options: AnswerOptions = {},
): WireSetup {
  const { model, language } = settings;
  const instructions = options.instructions ?? config?.instructions ?? '';
  const tools = toolsOf(config, options);
  const most = options.maxOutputTokens ?? config?.maxOutputTokens ?? null;
  const temperature = options.temperature ?? config?.temperature ?? null;
  return {
    model: model.includes('/') ? model : `models/${model}`,
    generationConfig: {
      responseModalities: ['AUDIO'],
      speechConfig: {
        voiceConfig: { prebuiltVoiceConfig: { voiceName: voiceOf(settings, config) } },
      },
      ...(most !== null && { maxOutputTokens: most }),
      ...(temperature !== null && { temperature }),
    },
    ...(instructions !== '' && { systemInstruction: { parts: [{ text: instructions }] } }),
    ...(tools.length > 0 && { tools: [{ functionDeclarations: tools.map(declarationOf) }] }),
    realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
    inputAudioTranscription: language === undefined ? {} : { languageCodes: [language] },
    outputAudioTranscription: {},
    contextWindowCompression: { slidingWindow: {} },
  };
}

/** The voice that speaks answers. */
function voiceOf(settings: GeminiSettings, config: SessionConfig | null): string {
  const asked = config?.voice ?? DEFAULT_VOICE;
  return settings.voice ?? (VOICES.has(asked) ? asked : DEFAULT_VOICE);
}

/** The protocol has no tool choice, so tools that may not be called are not told. */
function toolsOf(config: SessionConfig | null, options: AnswerOptions): readonly ToolDefinition[] {
  const choice = options.toolChoice ?? config?.toolChoice ?? 'auto';
  const tools = options.tools ?? config?.tools ?? [];
  if (choice === 'none') return [];
  return typeof choice === 'object' ? tools.filter(({ name }) => name === choice.name) : tools;
}

/** Blocking: the model says no more before it has what it called for. */
function declarationOf({
  name,
  description,
  parameters,
}: ToolDefinition): OnWire<FunctionDeclaration> {
  return { name, description, parametersJsonSchema: parameters, behavior: 'BLOCKING' };
}
