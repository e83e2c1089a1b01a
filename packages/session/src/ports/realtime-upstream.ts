/** Dollars for a million tokens; what is left out is not charged. */
export interface UpstreamPrices {
  readonly textInput?: number | undefined;
  /** Of what was read before and is cached; that of other input unless given. */
  readonly cachedTextInput?: number | undefined;
  readonly audioInput?: number | undefined;
  readonly cachedAudioInput?: number | undefined;
  readonly textOutput?: number | undefined;
  readonly audioOutput?: number | undefined;
}

/** The same of a model that has its transcripts from another, which is paid for by itself. */
export interface RealtimePrices extends UpstreamPrices {
  /** Dollars for a million tokens that the other reads, and writes. */
  readonly transcriptInput?: number | undefined;
  readonly transcriptOutput?: number | undefined;
  /** Dollars for a minute, where the other is paid by time. */
  readonly transcriptMinute?: number | undefined;
}

/** How a provider finds the caller's turns; what is left out is the provider's own. */
export type ProviderVad =
  | {
      readonly type: 'server_vad';
      readonly threshold?: number | undefined;
      readonly prefixPaddingMs?: number | undefined;
      readonly silenceDurationMs?: number | undefined;
    }
  | {
      readonly type: 'semantic_vad';
      readonly eagerness?: 'low' | 'medium' | 'high' | 'auto' | undefined;
    };

/** The speech-to-speech model of an agent, and how it is used. Plain JSON, without the key. */
export interface RealtimeUpstream {
  /** The WebSocket address; OpenAI's unless given. */
  readonly url?: string | undefined;
  readonly model: string;
  /** The variable of the environment that holds the key. */
  readonly apiKeyVariable: string;
  readonly apiKeyHeader: 'bearer' | 'api-key';
  /** The model's voice; that of the agent where the models have it, unless given. */
  readonly voice?: string | undefined;
  readonly transcriptionModel?: string | undefined;
  /** ISO 639-1. */
  readonly transcriptionLanguage?: string | undefined;
  readonly audio: 'auto' | 'pcm' | 'g711';
  /** Who finds the caller's turns: a detector of ours, unless it is the provider. */
  readonly turnDetection?: 'session' | 'provider' | undefined;
  /** How the provider does; as the session would be told to, unless given. */
  readonly providerVad?: ProviderVad | undefined;
  /** Who says greetings, covers, read-backs and apologies: the embedded synthesizer, or the model. */
  readonly exactTexts: 'embedded' | 'model';
  /** Whether the model's words are found in its audio. */
  readonly wordTimes: 'aligned' | 'none';
  readonly prices?: RealtimePrices | undefined;
}
