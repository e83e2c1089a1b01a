import type { AudioEncoding } from '@antiphon/audio';
import type { AudioFrame, ProviderTookOver, ProviderUsage } from '@antiphon/session';
import type { TokenCounts } from '../../upstream/token-costs.ts';

/** What a recogniser made of a turn. */
export interface Transcript {
  /** Words as spoken, lower case or written form as the provider gives them; empty for none. */
  readonly text: string;
  /** Share of the speech that no word of the vocabulary explains, 0 to 1; 0 where unknown. */
  readonly unclear: number;
  /** What it took, where the provider counts tokens. */
  readonly tokens?: TokenCounts;
}

/** What a recogniser has made of a turn so far. */
export interface PartialTranscript {
  /** The words so far, in the form of the {@link Transcript}; they may still change. */
  readonly text: string;
  /**
   * How likely the words are a whole utterance, 0 to 1, by themselves: above 0.5 callers usually
   * end there, below it they usually go on. Left out where the provider cannot tell.
   */
  readonly endOfUtterance?: number | undefined;
}

/** One caller turn being recognised. No call throws; callbacks stop after `cancel`. */
export interface Recognition {
  /** The next audio of the turn, in order. */
  accept(frame: AudioFrame): void;
  /** The turn is over: `onFinal` follows exactly once. */
  finish(): void;
  /** The turn was nothing; no callback follows. */
  cancel(): void;
  /** The caller is silent, and may be done: what was said so far may be made final. */
  paused?(): void;
  /** They speak on after that. */
  resumed?(): void;
}

/** What a recogniser tells of one turn. */
export interface RecognitionEvents {
  /**
   * The words so far, when they or their score have changed; each replaces the one before. The last
   * word is told within 150 ms of its end. Optional for a provider.
   */
  onPartial(partial: PartialTranscript): void;
  onFinal(transcript: Transcript): void;
  /** In place of `onFinal`, when recognition failed. */
  onError(error: Error): void;
  /** Told where another recogniser takes over; must not throw. */
  onTookOver?(tookOver: ProviderTookOver): void;
  /** Told what each recogniser used, where that is counted; must not throw. */
  onUsed?(used: ProviderUsage): void;
}

/** Turns caller audio into words, one recognition per turn. It leaves out where turns end. */
export interface SpeechToText {
  readonly name: string;
  /** With how the caller's audio comes, where that is known: G.711 can go on as it came. */
  recognise(
    sessionId: string,
    events: RecognitionEvents,
    callerEncoding?: AudioEncoding,
  ): Recognition;
  close(): Promise<void>;
}
