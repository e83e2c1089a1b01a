/** Tokens of one request as its provider counts them; zero where it counts none. */
export interface TokenUsage {
  readonly inputTextTokens: number;
  readonly inputAudioTokens: number;
  readonly outputTextTokens: number;
  readonly outputAudioTokens: number;
  /** Of the input, what the provider had read before. */
  readonly cachedTextTokens: number;
  readonly cachedAudioTokens: number;
}

/** Nothing was counted. */
export const NO_TOKENS: TokenUsage = {
  inputTextTokens: 0,
  inputAudioTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
};

/** What a provider is asked to do, by the names of OpenTelemetry's conventions and ours beside them. */
export type ProviderOperation = 'chat' | 'realtime_inference' | 'speech_to_text' | 'text_to_speech';

/** How long a request took, and how it ended. */
export interface RequestTime {
  /**
   * From asking to the end of what the provider answered; null where that is not measured, or the
   * request was given up.
   */
  readonly durationMs: number | null;
  /** The code of the fault that it came to; null where it came to none. */
  readonly errorCode: string | null;
}

/** What one request to a provider used: nothing where it was measured alone, or failed. */
export interface ProviderUsage extends TokenUsage, RequestTime {
  readonly operation: ProviderOperation;
  /** Such as `openai`; there are few. */
  readonly provider: string;
  /** As the agent's folder names it; null where it does not. */
  readonly model: string | null;
  /** Audio of the caller's that was sent to be recognised. */
  readonly audioMs: number;
  /** Of text that was given to a synthesizer. */
  readonly characters: number;
  /** By the agent's prices; null where it has none of this. */
  readonly dollars: number | null;
}

/** What a whole session used. */
export interface SessionUsage extends TokenUsage {
  readonly audioMs: number;
  readonly characters: number;
  /** Of what has prices; null where nothing has. */
  readonly dollars: number | null;
  /** Whether something was used that has no price, so that the dollars are not all. */
  readonly isPartlyPriced: boolean;
}
