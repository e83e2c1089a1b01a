/** How long each provider may stay silent, in milliseconds of the Clock, before it has failed. */
export interface CascadeTimeouts {
  /** From the end of a turn to its final transcript. */
  readonly transcriptMs: number;
  /** From the request to the model's first part. */
  readonly firstTokenMs: number;
  /** From one part of the model to the next. */
  readonly tokenGapMs: number;
  /** From a synthesis request to its first audio. */
  readonly firstAudioMs: number;
  /** From one audio of a synthesis to the next. */
  readonly audioGapMs: number;
}

/**
 * A caller should not sit in silence for more than four seconds: a recogniser and a first token
 * each leave room in that for the apology that follows a failure. The gaps are shorter than the
 * audio that a sentence leaves to play. They are those of one provider: where others stand in, the
 * time that those before the last may take is added, {@link withStandIns}.
 */
export const DEFAULT_CASCADE_TIMEOUTS: CascadeTimeouts = {
  transcriptMs: 2000,
  firstTokenMs: 3500,
  tokenGapMs: 3000,
  firstAudioMs: 3000,
  audioGapMs: 3000,
};

/** How long the providers before the last of each service may take together, in milliseconds. */
export interface StandInTimes {
  readonly speechToText: number;
  readonly languageModel: number;
  readonly textToSpeech: number;
}

/** Limits within which the last provider of each service has the time that it has alone. */
export function withStandIns({
  speechToText,
  languageModel,
  textToSpeech,
}: StandInTimes): CascadeTimeouts {
  const { transcriptMs, firstTokenMs, firstAudioMs, ...gaps } = DEFAULT_CASCADE_TIMEOUTS;
  return {
    ...gaps,
    transcriptMs: transcriptMs + speechToText,
    firstTokenMs: firstTokenMs + languageModel,
    firstAudioMs: firstAudioMs + textToSpeech,
  };
}
