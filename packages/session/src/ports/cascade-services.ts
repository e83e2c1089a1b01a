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

/** The services behind the pipeline `cascade`. */
export interface CascadeServices {
  readonly speechToText: CascadeService & {
    /** ISO 639-1, where callers speak one language. */
    readonly language?: string | undefined;
  };
  readonly languageModel: CascadeService;
  readonly textToSpeech: CascadeService & {
    /** The provider's voice; the agent's unless given. */
    readonly voice?: string | undefined;
  };
}
