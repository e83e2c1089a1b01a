import { gaAudioFormatToBeta } from '../audio-format.ts';
import type { WireAssistantPart, WireItem, WireMessage } from './wire-item.ts';
import type { ResponseObject } from './wire-response.ts';
import type { SessionObject, WireAudioInput } from './wire-session.ts';

type SessionObjectOf<Type extends SessionObject['type']> = Extract<SessionObject, { type: Type }>;

/** Beta speech always comes with its text. */
function betaModalities(modalities: ['audio'] | ['text']): ('text' | 'audio')[] {
  return modalities[0] === 'audio' ? ['text', 'audio'] : ['text'];
}

function betaAudioInput(input: WireAudioInput) {
  return {
    input_audio_format: gaAudioFormatToBeta(input.format),
    input_audio_transcription: input.transcription,
    input_audio_noise_reduction: input.noise_reduction,
    turn_detection: input.turn_detection,
  };
}

/** The flat session object of a conversation in the beta dialect. */
export function betaRealtimeSession(session: SessionObjectOf<'realtime'>) {
  const { input, output } = session.audio;
  return {
    id: session.id,
    object: session.object,
    model: session.model,
    expires_at: session.expires_at,
    modalities: betaModalities(session.output_modalities),
    instructions: session.instructions,
    voice: output.voice,
    output_audio_format: gaAudioFormatToBeta(output.format),
    ...betaAudioInput(input),
    tools: session.tools,
    tool_choice: session.tool_choice,
    temperature: session.temperature,
    max_response_output_tokens: session.max_output_tokens,
    speed: output.speed,
    tracing: session.tracing,
    prompt: session.prompt,
    include: session.include,
  };
}

/** The flat session object of a transcription-only session in the beta dialect. */
export function betaTranscriptionSession(session: SessionObjectOf<'transcription'>) {
  const { id, object, expires_at, audio, include } = session;
  return { id, object, expires_at, ...betaAudioInput(audio.input), include };
}

/** The flat session object of the beta dialect. */
export function betaSessionObject(session: SessionObject) {
  return session.type === 'realtime'
    ? betaRealtimeSession(session)
    : betaTranscriptionSession(session);
}

function betaPart(part: WireAssistantPart) {
  return part.type === 'output_text'
    ? { ...part, type: 'text' as const }
    : { ...part, type: 'audio' as const };
}

function betaContent(message: WireMessage) {
  switch (message.role) {
    case 'user':
      // Beta has no images.
      return message.content.filter((part) => part.type !== 'input_image');
    case 'assistant':
      return message.content.map(betaPart);
    case 'system':
      return message.content;
  }
}

/** An item of the beta dialect. */
export function betaItem(item: WireItem) {
  return item.type === 'message' ? { ...item, content: betaContent(item) } : item;
}

/**
 * An item of the beta dialect as conversation.item.created carries it: what is still being
 * written starts empty, since clients append the deltas that follow.
 */
export function betaCreatedItem(item: WireItem) {
  if (item.status !== 'in_progress') return betaItem(item);
  if (item.type === 'message' && item.role === 'assistant') return { ...item, content: [] };
  return item.type === 'function_call' ? { ...item, arguments: '' } : betaItem(item);
}

/** The response object of the beta dialect. */
export function betaResponseObject(response: ResponseObject) {
  const { output_modalities, audio, output, ...shared } = response;
  return {
    ...shared,
    output: output.map(betaItem),
    modalities: betaModalities(output_modalities),
    voice: audio.output.voice,
    output_audio_format: gaAudioFormatToBeta(audio.output.format),
  };
}
