import { gaAudioFormatToBeta } from '../audio-format.ts';
import type { JsonObject } from '../json-value.ts';
import type { WireContentPart, WireItem } from './wire-item.ts';
import type { ResponseObject } from './wire-response.ts';
import type { SessionObject, WireAudioInput } from './wire-session.ts';

/** Beta speech always comes with its text. */
function betaModalities(modalities: ['audio'] | ['text']): string[] {
  return modalities[0] === 'audio' ? ['text', 'audio'] : ['text'];
}

function betaAudioInput(input: WireAudioInput): JsonObject {
  return {
    input_audio_format: gaAudioFormatToBeta(input.format),
    input_audio_transcription: input.transcription,
    input_audio_noise_reduction: input.noise_reduction,
    turn_detection: input.turn_detection,
  };
}

/** The flat session object of the beta dialect. */
export function betaSessionObject(session: SessionObject): JsonObject {
  const { id, object, expires_at, include } = session;
  if (session.type === 'transcription') {
    return { id, object, expires_at, ...betaAudioInput(session.audio.input), include };
  }
  const { output } = session.audio;
  return {
    id,
    object,
    model: session.model,
    expires_at,
    modalities: betaModalities(session.output_modalities),
    instructions: session.instructions,
    voice: output.voice,
    output_audio_format: gaAudioFormatToBeta(output.format),
    ...betaAudioInput(session.audio.input),
    tools: session.tools,
    tool_choice: session.tool_choice,
    temperature: session.temperature,
    max_response_output_tokens: session.max_output_tokens,
    speed: output.speed,
    tracing: session.tracing,
    prompt: session.prompt,
    include,
  };
}

function betaPart(part: WireContentPart): JsonObject {
  if (part.type === 'output_text') return { ...part, type: 'text' };
  if (part.type === 'output_audio') return { ...part, type: 'audio' };
  return part;
}

/** An item of the beta dialect. */
export function betaItem(item: WireItem): JsonObject {
  return item.type === 'message' ? { ...item, content: item.content.map(betaPart) } : { ...item };
}

/**
 * An item of the beta dialect as conversation.item.created carries it: what is still being
 * written starts empty, since clients append the deltas that follow.
 */
export function betaCreatedItem(item: WireItem): JsonObject {
  if (item.status !== 'in_progress') return betaItem(item);
  if (item.type === 'message' && item.role === 'assistant') return { ...item, content: [] };
  return item.type === 'function_call' ? { ...item, arguments: '' } : betaItem(item);
}

/** The response object of the beta dialect. */
export function betaResponseObject(response: ResponseObject): JsonObject {
  const { output_modalities, audio, output, ...shared } = response;
  return {
    ...shared,
    output: output.map(betaItem),
    modalities: betaModalities(output_modalities),
    voice: audio.output.voice,
    output_audio_format: gaAudioFormatToBeta(audio.output.format),
  };
}
