import type { Rubric } from './rubric/rubric.ts';

/** A finished call as an analyst is given it. */
export interface CallMaterial {
  /** Both sides in one channel, a whole WAV file. */
  readonly wav: Uint8Array;
  readonly callMs: number;
  /** Who said what when, and what was done meanwhile, a line each. */
  readonly transcript: string;
  readonly rubric: Rubric;
}

/** An answer as the model gave it, and what it took. */
export interface AnalystAnswer {
  /** JSON as `answerSchema` of the rubric has it, if the model kept to it. */
  readonly answer: unknown;
  /** What the model calls itself; null where it does not. */
  readonly answeredBy: string | null;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
}

/**
 * Judges finished calls with a model that hears audio. It may be asked several things at once, and
 * holds nothing that would have to be closed.
 */
export interface CallAnalyst {
  /** The name of the provider, such as `gemini`. */
  readonly provider: string;
  /** The model that is asked for. */
  readonly model: string;
  /** WAV files of more bytes are refused with `audio_too_large` before anything is sent. */
  readonly mostAudioBytes: number;
  /** Rejects with an AnalysisError; `cancelled` once the signal aborts. */
  analyze(call: CallMaterial, signal: AbortSignal): Promise<AnalystAnswer>;
}
