import { samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, TimedWord, TimerHandle } from '@antiphon/session';
import { joinedAudio, unknownTimes, withCaution } from '../cascade/aligned-words.ts';
import type { WordAligner } from '../cascade/ports/word-aligner.ts';

/**
 * How far audio whose words are not known goes ahead of its playing. What the caller's line needs
 * to play without a gap, and little, for its words are told as ending no earlier than here.
 */
const LEAD_MS = 600;

/** Audio is passed on in parts of this length while its words are not known. */
const PART_MS = 100;

/** An answer that is longer is not aligned: a spoken one should be half as long. */
const MAX_ALIGNED_MS = 28_000;

/** What {@link TimedOutput} needs. */
export interface TimedOutputOptions {
  readonly clock: Clock;
  /** Finds the words in the audio; without one they are told as ending with all of it. */
  readonly aligner: WordAligner | null;
  /** When its audio is played at the earliest, where something is played before it. */
  readonly playsFromMs?: () => number;
  readonly onWords: (words: readonly TimedWord[]) => void;
  readonly onAudio: (pcm: Int16Array, sampleRate: SampleRate) => void;
  /** All was passed on. */
  readonly onEnd: () => void;
}

/**
 * Gives word times to the speech of a model that tells none, and holds none of it back from the
 * caller: audio goes on as it is due to be played, and the rest waits. A model speaks faster than
 * it is listened to, so all of an answer is there, and is aligned, while its beginning is heard;
 * then its words are told, and what waited goes on at once. A word that lies in what went on before
 * is told as ending where that ends: later than it did, never earlier.
 */
export class TimedOutput {
  readonly #options: TimedOutputOptions;
  #aligner: WordAligner | null;
  #text = '';
  /** All audio, for the aligner. */
  #kept: Int16Array[] = [];
  /** What was not passed on yet. */
  #waiting: Int16Array[] = [];
  #sampleRate: SampleRate = 24_000;
  #cameSamples = 0;
  #passedSamples = 0;
  #startedAtMs: number | null = null;
  #timer: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: TimedOutputOptions) {
    this.#options = options;
    this.#aligner = options.aligner;
  }

  /** How much audio came, in milliseconds. */
  get audioMs(): number {
    return samplesToMs(this.#cameSamples, this.#sampleRate);
  }

  write(delta: string): void {
    this.#text += delta;
  }

  /** Takes audio, all of one rate. */
  audio(pcm: Int16Array, sampleRate: SampleRate): void {
    if (this.#isClosed) return;
    this.#sampleRate = sampleRate;
    this.#cameSamples += pcm.length;
    if (this.#aligner && this.audioMs > MAX_ALIGNED_MS) this.#giveUp();
    if (!this.#aligner) {
      this.#pass(pcm);
      return;
    }
    // Whoever gets the audio may change it.
    this.#kept.push(pcm.slice());
    const part = (sampleRate * PART_MS) / 1000;
    for (let from = 0; from < pcm.length; from += part) {
      this.#waiting.push(pcm.subarray(from, from + part));
    }
    this.#pace();
  }

  /**
   * Nothing more comes. Of a speech that broke off (`isWhole` false) no words are told: nobody knows
   * which of them were said.
   */
  end(isWhole: boolean): void {
    if (this.#isClosed) return;
    if (!isWhole) this.#text = '';
    if (!this.#aligner || this.#cameSamples === 0 || this.#text.trim() === '') {
      this.#finish(null);
      return;
    }
    const pcm = joinedAudio(this.#kept);
    this.#kept = [];
    const request = { text: this.#text.trim(), pcm, sampleRate: this.#sampleRate };
    this.#aligner.align(request).then(
      (words) => this.#finish(words),
      () => this.#finish(null),
    );
  }

  /** Stops at once. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#kept = [];
    this.#waiting = [];
  }

  /** Words are not worth their wait any more. */
  #giveUp(): void {
    this.#aligner = null;
    this.#kept = [];
    this.#stopTimer();
    for (const part of this.#waiting.splice(0)) if (!this.#isClosed) this.#pass(part);
  }

  #finish(words: readonly TimedWord[] | null): void {
    if (this.#isClosed) return;
    this.#stopTimer();
    const lengthMs = this.audioMs;
    if (words) {
      const fromMs = samplesToMs(this.#passedSamples, this.#sampleRate);
      this.#tell(
        words.map((word) => withCaution(word, lengthMs)).map((word) => notBefore(word, fromMs)),
      );
    }
    for (const part of this.#waiting.splice(0)) if (!this.#isClosed) this.#pass(part);
    if (!words)
      this.#tell(unknownTimes(this.#text, lengthMs).map((word) => notBefore(word, lengthMs)));
    if (!this.#isClosed) this.#options.onEnd();
  }

  #tell(words: readonly TimedWord[]): void {
    if (!this.#isClosed && words.length > 0 && this.#cameSamples > 0) this.#options.onWords(words);
  }

  /** Passes on what is due, and waits for the rest. */
  #pace(): void {
    if (this.#timer !== null) return;
    const { clock, playsFromMs } = this.#options;
    this.#startedAtMs ??= Math.max(clock.now(), playsFromMs?.() ?? 0);
    for (;;) {
      const [part] = this.#waiting;
      if (!part || this.#isClosed) return;
      const untilMs = samplesToMs(this.#passedSamples + part.length, this.#sampleRate);
      const dueInMs = this.#startedAtMs + untilMs - LEAD_MS - clock.now();
      if (dueInMs > 0) {
        this.#timer = clock.setTimeout(() => {
          this.#timer = null;
          this.#pace();
        }, dueInMs);
        return;
      }
      this.#waiting.shift();
      this.#pass(part);
    }
  }

  #pass(pcm: Int16Array): void {
    this.#passedSamples += pcm.length;
    this.#options.onAudio(pcm, this.#sampleRate);
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** A word that is told from a position on. */
function notBefore({ text, startMs, endMs }: TimedWord, fromMs: number): TimedWord {
  const laterMs = Math.max(startMs, fromMs);
  return { text, startMs: laterMs, endMs: Math.max(endMs, laterMs) };
}
