import type { TurnPrediction } from './ports/session-event.ts';

/** A turn of the caller's that is being heard, or waits for the verdict on it. */
export interface OpenTurn {
  readonly itemId: string;
  readonly startMs: number;
  /** Where the detector heard the voice begin. */
  readonly onsetMs: number;
  /** When it was told. */
  readonly beganAtMs: number;
  /** How loud the caller was before it. */
  readonly levelDbfs: number;
  loudestDbfs: number;
  /** Where the voice stopped, while it pauses. */
  pausedMs: number | null;
  /** Since when the agent has made no noise. */
  quietSinceMs: number;
  /** End of the last voiced sound, once the turn is over. */
  endMs: number | null;
  /** The speech is over, and waits for the verdict on it. */
  isStopped: boolean;
  /** What was thought of its words when it ended. */
  prediction: TurnPrediction | null;
  /** The engine was told that it is over, and owes the transcript. */
  isWithEngine: boolean;
}
