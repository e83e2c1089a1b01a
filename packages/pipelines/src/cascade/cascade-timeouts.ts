/** How long each provider may stay silent, in milliseconds of the Clock, before it has failed. */
export interface CascadeTimeouts {
  /** From the end of a turn to its final transcript. */
  readonly transcriptMs: number;
  /** From the request to the model's first part. */
  readonly firstTokenMs: number;
  /** From one part of the model to the next. */
  readonly tokenGapMs: number;
  /** From a synthesis request to its first audio, and from one audio to the next. */
  readonly audioGapMs: number;
}

/**
 * A caller should not sit in silence for more than four seconds: a recogniser and a first token
 * each leave room in that for the apology that follows a failure. The gaps are shorter than the
 * audio that a sentence leaves to play.
 */
export const DEFAULT_CASCADE_TIMEOUTS: CascadeTimeouts = {
  transcriptMs: 2000,
  firstTokenMs: 3500,
  tokenGapMs: 3000,
  audioGapMs: 3000,
};
