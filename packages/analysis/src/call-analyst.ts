import type { CallSound } from './call-sound.ts';
import type { Rubric } from './rubric/rubric.ts';

/** A finished call as an analyst is given it. */
export interface CallMaterial {
  readonly sound: CallSound;
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

/** How it is asked. */
export interface Asking {
  /** Whoever aborts it gives the question up. */
  readonly signal: AbortSignal;
  /** Told, in a few words, what is done. */
  readonly onProgress?: ((doing: string) => void) | undefined;
  /** Told, in a sentence, what did not go well beside the question and somebody should know. */
  readonly onNotice?: ((notice: string) => void) | undefined;
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
  /** Calls that last longer are refused in the same way; null where nothing is known of that. */
  readonly mostCallMs: number | null;
  /** Rejects with an AnalysisError; `cancelled` once the signal aborts. */
  analyze(call: CallMaterial, asking: Asking): Promise<AnalystAnswer>;
}
