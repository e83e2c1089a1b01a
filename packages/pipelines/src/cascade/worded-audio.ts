import { msToSamples, samplesToMs } from '@antiphon/audio';
import type { SampleRate } from '@antiphon/audio';
import type { Clock, TimerHandle } from '@antiphon/session';

/** What a {@link WordedAudio} needs. */
export interface WordedAudioOptions {
  readonly sampleRate: SampleRate;
  readonly clock: Clock;
  /** How long audio waits for its words at most; 0 lets it pass. */
  readonly holdMs: number;
  readonly onAudio: (pcm: Int16Array) => void;
}

/**
 * Keeps the order of a synthesizer: words before their audio. Audio goes on as far as its words are
 * known, and what lies beyond waits, for `holdMs` at most; then all that waits goes on.
 */
export class WordedAudio {
  readonly #options: WordedAudioOptions;
  #held: Int16Array[] = [];
  #passedSamples = 0;
  #knownSamples = 0;
  #samples = 0;
  #timer: TimerHandle | null = null;

  constructor(options: WordedAudioOptions) {
    this.#options = options;
    if (options.holdMs <= 0) this.#knownSamples = Infinity;
  }

  /** All audio so far, held or not, in milliseconds. */
  get lengthMs(): number {
    return samplesToMs(this.#samples, this.#options.sampleRate);
  }

  add(pcm: Int16Array): void {
    this.#samples += pcm.length;
    this.#held.push(pcm);
    this.#pass();
    if (this.#held.length > 0) this.#timer ??= this.#wait();
  }

  /** All words that begin before this position are told. */
  knowUntil(ms: number): void {
    this.#knownSamples = Math.max(this.#knownSamples, this.#samplesAt(ms));
    this.#pass();
  }

  /** A word that begins at this position is not told yet; all before it are. */
  missAt(ms: number): void {
    if (this.#options.holdMs > 0) this.#knownSamples = this.#samplesAt(ms);
    this.#pass();
  }

  /** Forgets what it holds. */
  stop(): void {
    this.#stopTimer();
    this.#held = [];
  }

  #samplesAt(ms: number): number {
    return ms === Infinity ? Infinity : msToSamples(ms, this.#options.sampleRate);
  }

  #pass(): void {
    while (this.#held.length > 0 && this.#passedSamples < this.#knownSamples) {
      const chunk = this.#held.shift()!;
      const room = this.#knownSamples - this.#passedSamples;
      const passing = room < chunk.length ? chunk.subarray(0, room) : chunk;
      if (passing.length < chunk.length) this.#held.unshift(chunk.subarray(passing.length));
      this.#passedSamples += passing.length;
      this.#options.onAudio(passing);
    }
    if (this.#held.length === 0) this.#stopTimer();
  }

  #wait(): TimerHandle {
    const { clock, holdMs } = this.#options;
    return clock.setTimeout(() => {
      this.#timer = null;
      const held = this.#held;
      this.#held = [];
      this.#passedSamples = this.#samples;
      for (const pcm of held) this.#options.onAudio(pcm);
    }, holdMs);
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
