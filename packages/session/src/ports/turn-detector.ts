import type { AudioFrame } from './audio-frame.ts';
import type { TurnDetection } from './session-config.ts';

/**
 * What a detector found. Offsets are milliseconds of caller audio since the detector was opened,
 * counted in samples.
 */
export type TurnFact =
  /** The caller began to speak at `startMs`. */
  | { readonly type: 'speechStarted'; readonly startMs: number }
  /**
   * The voice has stopped for {@link PAUSE_MS}; `endMs` and `decidedMs` as below. The turn is over
   * if whoever listens says so; the detector goes on.
   */
  | { readonly type: 'speechPaused'; readonly endMs: number; readonly decidedMs: number }
  /** The voice went on after a pause. */
  | { readonly type: 'speechResumed' }
  /**
   * The turn is over: `endMs` is the end of the last voiced sound and `decidedMs` the end of the
   * audio that decided it.
   */
  | { readonly type: 'speechStopped'; readonly endMs: number; readonly decidedMs: number }
  /**
   * A sound as long as a word began at `startMs`, and who finds the turns tells nothing of it;
   * `endMs` is null while it lasts. It is no speech, unless whoever listens claims it meanwhile.
   */
  | { readonly type: 'speechUnheard'; readonly startMs: number; readonly endMs: number | null };

/** Silence that makes a pause: longer than the closure of a consonant, shorter than any window. */
export const PAUSE_MS = 100;

/**
 * Finds the caller's turns in one session's audio. Starts and stops alternate, started first;
 * between them pauses and resumptions alternate, and a stop follows a pause. Facts come
 * synchronously or later, never after `close`. It leaves out what the words mean.
 */
export interface TurnDetector {
  /** Takes the next frame; every frame of the session in order. */
  accept(frame: AudioFrame): void;
  /** Changes threshold and windows from the next frame on. */
  configure(detection: TurnDetection): void;
  /** Forgets a turn that has begun, without a fact; the next sound begins another. */
  reset(): void;
  /** Makes speech of what is being told as unheard: its start is told at once, its end in time. */
  claim?(): void;
  close(): void;
}

/**
 * Opens a detector for one session. `onFact` must not throw. A detector that hears of turns from the
 * session's engine knows it by `sessionId`; the engine's session is open by then.
 */
export interface TurnDetectors {
  open(
    detection: TurnDetection,
    onFact: (fact: TurnFact) => void,
    sessionId?: string,
  ): TurnDetector;
}
