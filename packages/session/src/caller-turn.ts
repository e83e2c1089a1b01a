import type { TurnPrediction } from './ports/session-event.ts';

/** What the caller is saying. Offsets are milliseconds of their audio. */
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

/** A turn that became an item. */
export interface CommittedTurn {
  readonly itemId: string;
  /** When the last voiced sound reached us; null when no detector said so. */
  readonly voiceEndAtMs: number | null;
  readonly committedAtMs: number;
  /** Whether the session answers it without being asked. */
  readonly wantsAnswer: boolean;
  /** When its first sound reached us; null when no detector said so. */
  readonly voiceStartAtMs: number | null;
  /** When its onset was told. */
  readonly toldAtMs: number;
  /** Far softer than the caller's turns before it. */
  readonly isBackground: boolean;
}
