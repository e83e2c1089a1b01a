import type { AudioFrame } from '@antiphon/session';

/** What a recogniser made of a turn. */
export interface Transcript {
  /** Words as spoken, lower case or written form as the provider gives them; empty for none. */
  readonly text: string;
  /** Share of the speech that no word of the vocabulary explains, 0 to 1; 0 where unknown. */
  readonly unclear: number;
}

/** One caller turn being recognised. No call throws; callbacks stop after `cancel`. */
export interface Recognition {
  /** The next audio of the turn, in order. */
  accept(frame: AudioFrame): void;
  /** The turn is over: `onFinal` follows exactly once. */
  finish(): void;
  /** The turn was nothing; no callback follows. */
  cancel(): void;
}

/** What a recogniser tells of one turn. */
export interface RecognitionEvents {
  /** The words so far; each replaces the one before. Optional for a provider. */
  onPartial(text: string): void;
  onFinal(transcript: Transcript): void;
  /** In place of `onFinal`, when recognition failed. */
  onError(error: Error): void;
}

/** Turns caller audio into words, one recognition per turn. It leaves out where turns end. */
export interface SpeechToText {
  readonly name: string;
  recognise(sessionId: string, events: RecognitionEvents): Recognition;
  close(): Promise<void>;
}
