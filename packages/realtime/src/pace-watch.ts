/** A rate that audio seems to have, as it comes no faster than such audio would. */
export interface PaceDoubt {
  readonly looksLikeHz: number;
}

/** What clients take from telephones and recognisers and send undeclared. */
const SLOWER_RATES = [8000, 16000];

/** Shorter windows would be judged by the jitter of the network, 20 to 50 ms at either end. */
const WINDOW_MS = 1_000;

/** As many windows in a row at one pace: a network or a client that is late is not so even. */
const NEEDED_WINDOWS = 3;

/** Twice a jitter of 20 ms in a window. */
const TOLERANCE = 0.04;

/** A longer pause is a client that sends only speech, or stops while the agent speaks. */
const MAX_GAP_MS = 250;

/** A client that kept another pace for so many windows keeps it. */
const WATCHED_WINDOWS = 15;

/**
 * Watches how fast live audio comes: a microphone's samples come at their own rate, whatever rate
 * was declared. It tells once of an even stream whose pace is that of a slower rate; a faster one
 * may as well be a file that is sent as fast as it goes, and is not told.
 */
export class PaceWatch {
  readonly #declaredHz: number;
  #startMs: number | null = null;
  #lastMs = 0;
  #samples = 0;
  #windows = 0;
  #alikeWindows = 0;
  #alikeHz: number | null = null;
  #isDone = false;

  constructor(declaredHz: number) {
    this.#declaredHz = declaredHz;
  }

  /** Whether it has told or seen enough; it can then be dropped. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Takes an append of so many samples; `null` unless it settles that the rate is a slower one. */
  hear(samples: number, atMs: number): PaceDoubt | null {
    if (this.#isDone) return null;
    if (this.#startMs === null || atMs - this.#lastMs > MAX_GAP_MS) {
      this.#alikeHz = null;
      this.#begin(atMs);
      return null;
    }
    this.#lastMs = atMs;
    // The first append of a window was spoken before it began.
    this.#samples += samples;
    const elapsedMs = atMs - this.#startMs;
    return elapsedMs < WINDOW_MS ? null : this.#judge((this.#samples * 1000) / elapsedMs, atMs);
  }

  #judge(samplesPerSecond: number, atMs: number): PaceDoubt | null {
    this.#begin(atMs);
    const hz = this.#slowerRate(samplesPerSecond);
    this.#alikeWindows = hz !== null && hz === this.#alikeHz ? this.#alikeWindows + 1 : 1;
    this.#alikeHz = hz;
    const isSettled = hz !== null && this.#alikeWindows >= NEEDED_WINDOWS;
    this.#isDone = isSettled || ++this.#windows >= WATCHED_WINDOWS;
    return isSettled ? { looksLikeHz: hz } : null;
  }

  #begin(atMs: number): void {
    this.#startMs = atMs;
    this.#lastMs = atMs;
    this.#samples = 0;
  }

  #slowerRate(samplesPerSecond: number): number | null {
    for (const hz of SLOWER_RATES) {
      const isNear = Math.abs(samplesPerSecond / hz - 1) <= TOLERANCE;
      if (isNear && hz < this.#declaredHz) return hz;
    }
    return null;
  }
}
