import type { SampleRate } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';

/** A text and the whole of the audio that speaks it. */
export interface AlignmentRequest {
  /** As written. */
  readonly text: string;
  readonly pcm: Int16Array;
  readonly sampleRate: SampleRate;
}

/**
 * Finds when the written words of a text are said in its audio, as near as it can. `align` rejects
 * with a PipelineError where it cannot: when text and audio do not fit, or it is too busy.
 */
export interface WordAligner {
  readonly name: string;
  /** The words as written, each up to its last spoken token, times from the start of the audio. */
  align(request: AlignmentRequest): Promise<readonly TimedWord[]>;
  close(): Promise<void>;
}
