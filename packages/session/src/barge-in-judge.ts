import type { Clock, TimerHandle } from './ports/clock.ts';
import { heardAs } from './backchannels.ts';

/** How long the judge takes. */
export interface JudgeTimings {
  /** Speech that goes on for so long is a barge-in unless its words may still begin a backchannel. */
  readonly decideMs: number;
  /** Speech that goes on for so long is a barge-in, whatever its words. */
  readonly decideLimitMs: number;
}

/**
 * A second from the onset at the latest: "okay, great" and "oh, I see" last up to 0.8 s, and waiting
 * costs nothing, since the agent is silent from the onset on.
 */
export const DEFAULT_JUDGE_TIMINGS: JudgeTimings = { decideMs: 400, decideLimitMs: 1_000 };

/** A sound as short as this holds no word. */
const SHORTEST_WORD_MS = 120;

/**
 * Speech that the recogniser has no words for takes the floor when it lasts this long: a word that
 * is not in its vocabulary, or is garbled. "Hey" and "stop" have 160 ms of voice; the clicks and
 * coughs that a detector takes for speech are shorter.
 */
const UNKNOWN_SPEECH_MS = 150;

/** The same where it hears words that mean nothing: "uh-huh" lasts up to 0.35 s. */
const HOLLOW_SPEECH_MS = 400;

/** The last sounds before a pause reach the recogniser's partial by then. */
const PAUSE_GRACE_MS = 100;

/**
 * So many words are no backchannel's beginning, one less after `decideMs`. Fewer may still change
 * their meaning: "okay" is "go" and "hold" on its way, "oh okay" is "no no it", "got it" is "got to",
 * "uh-huh" is "let" until its last sound is understood.
 */
const BELIEVED_WORDS = 4;

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
 * Decides whether speech that began over the agent is a barge-in. A backchannel is none once the
 * voice pauses; enough other words are one at once, fewer are one when the final transcript still
 * has them, and so is speech that goes on. Where no words are known a second after the onset, the
 * final transcript is asked for; without words in it, the length of the sound decides.
 */
export class BargeInJudge {
  readonly #options: BargeInJudgeOptions;
  #onsetAtMs: number | null = null;
  #text = '';
  #lastWords = '';
  #voicedMs = 0;
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

  get #limitAtMs(): number {
    return (this.#onsetAtMs ?? 0) + this.#options.timings.decideLimitMs;
  }

  /** So many words are no backchannel's beginning now. */
  get #believed(): number {
    const elapsedMs = this.#options.clock.now() - (this.#onsetAtMs ?? 0);
    return elapsedMs < this.#options.timings.decideMs ? BELIEVED_WORDS : BELIEVED_WORDS - 1;
  }

  /** Speech began over the agent at this instant. */
  open(onsetAtMs: number): void {
    this.close();
    this.#onsetAtMs = onsetAtMs;
    this.#wake(onsetAtMs + this.#options.timings.decideMs);
  }

  /** The words so far. */
  hear(text: string, isFinal: boolean): void {
    if (!this.isOpen || (this.#isAwaitingTranscript && !isFinal)) return;
    this.#text = text;
    if (text !== '') this.#lastWords = text;
    if (isFinal) this.#decideByFinal();
    else if (heardAs(text) === 'floor' && wordsIn(text) >= this.#believed) {
      this.#decide('confirmed');
    } else if (this.#isPaused) {
      this.#lookAfterGrace();
    }
  }

  /** The voice has stopped for a moment, after `voicedMs` of sound. */
  paused(voicedMs: number): void {
    if (!this.isOpen || this.#isAwaitingTranscript) return;
    this.#isPaused = true;
    this.#voicedMs = voicedMs;
    if (voicedMs < SHORTEST_WORD_MS && this.#text === '') this.#decide('dismissed');
    else this.#lookAfterGrace();
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
    this.#lastWords = '';
    this.#voicedMs = 0;
    this.#isPaused = false;
    this.#isAwaitingTranscript = false;
  }

  #decideByFinal(): void {
    // Speech that is not understood in the end was something on the way.
    const meaning = heardAs(this.#lastWords);
    const leastMs = this.#lastWords === '' ? UNKNOWN_SPEECH_MS : HOLLOW_SPEECH_MS;
    const isSpeech = meaning === 'nothing' && this.#voicedMs >= leastMs;
    this.#decide(meaning === 'floor' || isSpeech ? 'confirmed' : 'dismissed');
  }

  /** Decides what can be decided now, or sets the timer for when it can. */
  #look(): void {
    if (this.#onsetAtMs === null) return;
    const meaning = heardAs(this.#text);
    if (this.#isPaused && meaning === 'backchannel') this.#decide('dismissed');
    else if (meaning === 'floor' && wordsIn(this.#text) >= this.#believed)
      this.#decide('confirmed');
    else if (this.#options.clock.now() < this.#limitAtMs) this.#wake(this.#limitAtMs);
    else if (this.#isPaused && meaning === 'nothing') this.#wantTranscript();
    else this.#decide('confirmed');
  }

  #lookAfterGrace(): void {
    this.#wake(Math.min(this.#options.clock.now() + PAUSE_GRACE_MS, this.#limitAtMs));
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

function wordsIn(text: string): number {
  return text.split(' ').filter((word) => word !== '').length;
}
