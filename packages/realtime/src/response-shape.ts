import type { AudioFormat, SessionConfig as WireConfig } from '@antiphon/protocol';
import type { AnswerOptions } from '@antiphon/session';

/** What a response is made with. */
export interface ResponseShape {
  /** Null out of band. */
  readonly conversationId: string | null;
  readonly outputModality: 'audio' | 'text';
  readonly maxOutputTokens: number | 'inf';
  readonly outputFormat: AudioFormat;
  readonly voice: string;
  readonly temperature: number;
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** The shape of an answer: the session's configuration of this moment, and what it overrides. */
export function responseShape(
  conversationId: string | null,
  config: WireConfig,
  options: AnswerOptions,
): ResponseShape {
  const { maxOutputTokens } = options;
  return {
    conversationId,
    outputModality: options.modality ?? config.outputModality,
    maxOutputTokens:
      maxOutputTokens === undefined ? config.maxOutputTokens : (maxOutputTokens ?? 'inf'),
    outputFormat: config.outputFormat,
    voice: config.voice,
    temperature: options.temperature ?? config.temperature,
    metadata: options.metadata ?? null,
  };
}
