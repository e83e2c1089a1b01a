import { audioFormatToGa, type AudioFormat } from '../audio-format.ts';
import type { WireItem } from './wire-item.ts';
import type {
  ResponseObject,
  ResponseStatus,
  ResponseStatusDetails,
  WireUsage,
} from './wire-response.ts';

/** Tokens counted for one response; a missing member is zero, cached ones are part of the input. */
export interface TokenCounts {
  inputText?: number;
  inputAudio?: number;
  inputImage?: number;
  cachedText?: number;
  cachedAudio?: number;
  cachedImage?: number;
  outputText?: number;
  outputAudio?: number;
}

/** A response, free of dialect. */
export interface ResponseState {
  id: string;
  status: ResponseStatus;
  statusDetails?: ResponseStatusDetails;
  output: WireItem[];
  /** Null for a response out of band. */
  conversationId: string | null;
  outputModality: 'audio' | 'text';
  maxOutputTokens: number | 'inf';
  outputFormat: AudioFormat;
  voice: string;
  temperature: number;
  usage?: TokenCounts;
  /** The client's own metadata, echoed. */
  metadata?: Record<string, string>;
}

function wireUsage(counts: TokenCounts): WireUsage {
  const { inputText = 0, inputAudio = 0, inputImage = 0 } = counts;
  const { cachedText = 0, cachedAudio = 0, cachedImage = 0 } = counts;
  const { outputText = 0, outputAudio = 0 } = counts;
  const inputTokens = inputText + inputAudio + inputImage;
  const outputTokens = outputText + outputAudio;
  return {
    total_tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    input_token_details: {
      text_tokens: inputText,
      audio_tokens: inputAudio,
      image_tokens: inputImage,
      cached_tokens: cachedText + cachedAudio + cachedImage,
      cached_tokens_details: {
        text_tokens: cachedText,
        audio_tokens: cachedAudio,
        image_tokens: cachedImage,
      },
    },
    output_token_details: { text_tokens: outputText, audio_tokens: outputAudio },
  };
}

/**
 * The response object of response.created and response.done, in GA terms. Once a response is no
 * longer in progress its usage is always there, zeros when nothing was counted: clients read it
 * without looking.
 */
export function responseObject(state: ResponseState): ResponseObject {
  return {
    object: 'realtime.response',
    id: state.id,
    status: state.status,
    status_details: state.statusDetails ?? null,
    output: state.output,
    conversation_id: state.conversationId,
    output_modalities: [state.outputModality],
    max_output_tokens: state.maxOutputTokens,
    audio: { output: { format: audioFormatToGa(state.outputFormat), voice: state.voice } },
    usage: state.status === 'in_progress' ? null : wireUsage(state.usage ?? {}),
    metadata: state.metadata ?? null,
    temperature: state.temperature,
  };
}
