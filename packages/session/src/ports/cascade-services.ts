import type { UpstreamPrices } from './realtime-upstream.ts';

/** What recognition costs, by time or by tokens. */
export interface SpeechToTextPrices {
  /** Dollars for a minute of audio. */
  readonly minute?: number | undefined;
  /** Dollars for a million tokens. */
  readonly textInput?: number | undefined;
  readonly audioInput?: number | undefined;
  readonly textOutput?: number | undefined;
}

/** What a synthesizer costs. */
export interface TextToSpeechPrices {
  /** Dollars for a million. */
  readonly characters: number;
}

/** One service of a cascade, and how it is reached. Plain JSON, without the key. */
export interface CascadeService {
  /** Who serves it; `embedded` is in the process. */
  readonly provider: string;
  /** Its address; the provider's own unless given. */
  readonly url?: string | undefined;
  readonly model?: string | undefined;
  /**
   * The variable of the environment that holds the key. Unless given, the provider's usual one, and
   * none where `url` names another server.
   */
  readonly apiKeyVariable?: string | undefined;
  /** `Authorization: Bearer` unless `api-key`, as Azure has it. */
  readonly apiKeyHeader?: 'bearer' | 'api-key' | undefined;
  /** The `api-version` of the address, as Azure has it. */
  readonly apiVersion?: string | undefined;
}

/** When a provider is not asked any more, for all sessions of a process. */
export interface BreakerSettings {
  /** After so many failures in a row. */
  readonly failures?: number | undefined;
  /** For how long, in milliseconds; then one request is let through to see. */
  readonly coolDownMs?: number | undefined;
}

/** What takes the place of a service that fails or is slow. */
export interface Fallback<Service> {
  /** Asked one after the other. */
  readonly fallback?: readonly Service[] | undefined;
  /** How long one may take to its first result before the next is asked, in milliseconds. */
  readonly budgetMs?: number | undefined;
  readonly breaker?: BreakerSettings | undefined;
}

/** The services behind the pipeline `cascade`. */
export interface CascadeServices {
  readonly speechToText: SpeechToTextService & Fallback<SpeechToTextService>;
  readonly languageModel: LanguageModelService &
    Fallback<LanguageModelService> & {
      /** Whether one that is slow goes on beside the next, and the first to write is heard. */
      readonly hedges?: boolean | undefined;
    };
  readonly textToSpeech: TextToSpeechService & Fallback<TextToSpeechService>;
  /** Whether what a hosted model writes is made fit to be heard; it is unless `off`. */
  readonly speechGuard?: 'on' | 'off' | undefined;
}

export interface LanguageModelService extends CascadeService {
  readonly prices?: UpstreamPrices | undefined;
}

export interface SpeechToTextService extends CascadeService {
  readonly prices?: SpeechToTextPrices | undefined;
  /** ISO 639-1, where callers speak one language. */
  readonly language?: string | undefined;
  /** Whether final words are asked for in each pause already; no unless given. */
  readonly finalizesPauses?: boolean | undefined;
}

export interface TextToSpeechService extends CascadeService {
  readonly prices?: TextToSpeechPrices | undefined;
  /** The provider's voice; the agent's unless given. */
  readonly voice?: string | undefined;
}
