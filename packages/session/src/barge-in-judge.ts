import type { Clock, TimerHandle } from './ports/clock.ts';
import { heardAs } from './backchannels.ts';

/** How long the judge takes, in milliseconds from the onset of speech over the agent. */
export interface JudgeTimings {
  /** Speech that goes on for so long without a word being known is a barge-in. */
  readonly decideMs: number;
  /** The same for speech that so far may be a backchannel. */
  readonly decideLimitMs: number;
}

/** 400 ms tells a cough from words; "uh-huh" and "okay, right" are over within a second. */
export const DEFAULT_JUDGE_TIMINGS: JudgeTimings = { decideMs: 400, decideLimitMs: 1_000 };

/** A sound as short as this holds no word. */
const SHORTEST_WORD_MS = 120;

/** A backchannel that ends is one; its last sounds reach the recogniser's partial by then. */
const BACKCHANNEL_GRACE_MS = 100;

/** How long the final transcript of a short sound may take before it counts as words. */
const TRANSCRIPT_WAIT_MS = 1_000;

/** Whether speech over the agent takes the floor. */
export type BargeInVerdict = 'confirmed' | 'dismissed';

/** What a judge needs; its callbacks come at most once each after `open`. */
export interface BargeInJudgeOptions {
  readonly clock: Clock;
  readonly timings: JudgeTimings;
  /** The words decide: the final transcript of the speech so far is wanted. */
  readonly onTranscriptWanted: () => void;
  readonly onVerdict: (verdict: BargeInVerdict) => void;
}

/**
 * Decides whether speech that began over the agent is a barge-in: words that want the floor are one
 * as soon as they are known, and so is speech that goes on; a backchannel, a cough or noise is not.
 * Where no words are known when it ends, the final transcript is asked for.
 */
export class BargeInJudge {
  readonly #options: BargeInJudgeOptions;
  #onsetAtMs: number | null = null;
  #text = '';
  #isPaused = false;
  #isAwaitingTranscript = false;
  #timer: TimerHandle | null = null;

  constructor(options: BargeInJudgeOptions) {
    this.#options = options;
  }

  /** Whether a verdict is owed. */
  get isOpen(): boolean {
    return this.#onsetAtMs !== null;
  }

  /** Speech began over the agent at this instant. */
  open(onsetAtMs: number): void {
    this.close();
    this.#onsetAtMs = onsetAtMs;
    this.#wake(onsetAtMs + this.#options.timings.decideMs);
  }

  /** The words so far. */
  hear(text: string, isFinal: boolean): void {
    if (!this.isOpen) return;
    this.#text = text;
    if (heardAs(text) === 'floor') this.#decide('confirmed');
    else if (isFinal) this.#decide('dismissed');
  }

  /** The voice has stopped for a moment, after `voicedMs` of sound. */
  paused(voicedMs: number): void {
    if (!this.isOpen || this.#isAwaitingTranscript) return;
    this.#isPaused = true;
    if (voicedMs < SHORTEST_WORD_MS && this.#text === '') this.#decide('dismissed');
    else if (heardAs(this.#text) === 'backchannel') {
      this.#wake(this.#options.clock.now() + BACKCHANNEL_GRACE_MS);
    }
  }

  /** The voice went on. */
  resumed(): void {
    if (!this.isOpen || this.#isAwaitingTranscript) return;
    this.#isPaused = false;
    this.#look();
  }

  /** The speech is over, after `voicedMs` of sound. */
  stopped(voicedMs: number): void {
    this.paused(voicedMs);
    if (!this.isOpen || this.#isAwaitingTranscript) return;
    if (heardAs(this.#text) === 'backchannel') this.#decide('dismissed');
    else this.#wantTranscript();
  }

  /** Something else shows that the caller wants the floor. */
  confirm(): void {
    if (this.isOpen) this.#decide('confirmed');
  }

  /** Gives no verdict any more. */
  close(): void {
    this.#stopTimer();
    this.#onsetAtMs = null;
    this.#text = '';
    this.#isPaused = false;
    this.#isAwaitingTranscript = false;
  }

  /** Decides what can be decided now, or sets the timer for when it can. */
  #look(): void {
    if (this.#onsetAtMs === null) return;
    const { clock, timings } = this.#options;
    const elapsedMs = clock.now() - this.#onsetAtMs;
    const isBackchannel = heardAs(this.#text) === 'backchannel';
    if (this.#isPaused) {
      if (isBackchannel) this.#decide('dismissed');
      else if (elapsedMs >= timings.decideLimitMs) this.#wantTranscript();
      else this.#wake(this.#onsetAtMs + timings.decideLimitMs);
      return;
    }
    const limitMs = isBackchannel ? timings.decideLimitMs : timings.decideMs;
    if (elapsedMs >= limitMs) this.#decide('confirmed');
    else this.#wake(this.#onsetAtMs + limitMs);
  }

  #wantTranscript(): void {
    const { clock, onTranscriptWanted } = this.#options;
    this.#isAwaitingTranscript = true;
    this.#stopTimer();
    this.#timer = clock.setTimeout(() => this.#decide('confirmed'), TRANSCRIPT_WAIT_MS);
    onTranscriptWanted();
  }

  #decide(verdict: BargeInVerdict): void {
    this.close();
    this.#options.onVerdict(verdict);
  }

  #wake(atMs: number): void {
    this.#stopTimer();
    const { clock } = this.#options;
    this.#timer = clock.setTimeout(
      () => {
        this.#timer = null;
        this.#look();
      },
      Math.max(0, atMs - clock.now()),
    );
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
