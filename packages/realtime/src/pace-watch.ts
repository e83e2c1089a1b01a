import { ArrivalWindow, type PaceFit } from './arrival-window.ts';

/** A rate that audio seems to have, as it comes as fast as such audio is spoken. */
export interface PaceDoubt {
  readonly looksLikeHz: number;
}

/** What microphones, telephones and recognisers give and clients send undeclared. */
const RATES = [8000, 16000, 24000, 44100, 48000];

/** A pace this near to a rate is looked at closely. */
const CLOSE = 0.25;

/** The first second of sound is to be enough, so the first judgement rests on little more than half. */
const FIRST_SPAN_MS = 550;

/** A hiccup of the network early in a span this long has passed by its end. */
const HICCUP_SPAN_MS = 800;

/** Whoever kept the declared pace for this time is judged by longer spans. */
const HASTE_MS = 2_000;
const LATER_SPAN_MS = 1_000;

/** Whoever kept it so long goes on so. */
const WATCHED_MS = 6_000;

/** A longer pause is a client that sends only speech; what comes after it is judged anew. */
const PAUSE_MS = 350;

/**
 * Audio at a higher rate than declared runs ahead of its time by so much at least. A client that
 * makes up for a pause comes as fast, but only back to where it was.
 */
const NEEDED_LEAD_MS = 450;

/** Nobody makes up for a longer pause; who was silent that long only sends speech. */
const LONGEST_MADE_UP_MS = 3_000;

/**
 * Watches how fast live audio comes: a microphone's samples come at their own rate, whatever rate
 * was declared. It tells of a stream that comes evenly at the pace of another rate: each part of it
 * when it was just spoken, some late and none early. Files that are sent as fast as they go, clients
 * that fall behind, pause or catch up do not come so.
 */
export class PaceWatch {
  readonly #declaredHz: number;
  readonly #window = new ArrivalWindow();
  /** The fit of the rate that is tried, and of the best one so far. */
  #tried: PaceFit = { isEven: false, isEarly: false, spreadMs: 0 };
  #best: PaceFit = { isEven: false, isEarly: false, spreadMs: 0 };
  #samples = 0;
  #lastMs = -Infinity;
  /** How far the stream is ahead of its declared time, and the most it was before the last pause. */
  #leadMs = 0;
  #mostLeadMs = 0;
  #isJudged = false;
  #watchedMs = 0;

  constructor(declaredHz: number) {
    this.#declaredHz = declaredHz;
  }

  /** Whether it has seen enough; it can then be dropped. */
  get isDone(): boolean {
    return this.#watchedMs >= WATCHED_MS;
  }

  /** How far back it can look, without a pause, in milliseconds; two seconds at most. */
  get spanMs(): number {
    return this.#window.spanMs;
  }

  /** Takes an append of so many samples. */
  hear(samples: number, atMs: number): void {
    const sinceMs = atMs - this.#lastMs;
    this.#lastMs = atMs;
    this.#samples += samples;
    if (sinceMs <= PAUSE_MS) {
      if (this.#isJudged) this.#watchedMs += sinceMs;
    } else {
      this.#window.clear();
      this.#mostLeadMs = Math.max(this.#mostLeadMs, this.#leadMs);
    }
    if (sinceMs <= LONGEST_MADE_UP_MS) {
      this.#leadMs += (samples * 1000) / this.#declaredHz - sinceMs;
    } else {
      this.#leadMs = 0;
      this.#mostLeadMs = 0;
    }
    this.#window.add(this.#samples, atMs);
  }

  /**
   * Judges by what came up to the last append; `null` unless that settles that the rate is another
   * one. To be asked after every append once there is something to tell about: silence before that
   * gives it more to judge by.
   */
  judge(): PaceDoubt | null {
    this.#isJudged = true;
    const neededMs = this.#watchedMs < HASTE_MS ? FIRST_SPAN_MS : LATER_SPAN_MS;
    if (this.#window.spanMs < neededMs) return null;
    const { pace } = this.#window;
    let looksLikeHz = this.#declaredHz;
    for (const hz of RATES) {
      if (hz === this.#declaredHz || Math.abs(pace / hz - 1) > CLOSE) continue;
      this.#window.fit(hz, neededMs, this.#tried);
      if (looksLikeHz === this.#declaredHz || this.#isPreferred(this.#tried, this.#best)) {
        looksLikeHz = hz;
        [this.#tried, this.#best] = [this.#best, this.#tried];
      }
    }
    if (looksLikeHz === this.#declaredHz || !this.#best.isEven) return null;
    const isAhead = this.#leadMs - this.#mostLeadMs >= NEEDED_LEAD_MS;
    return looksLikeHz < this.#declaredHz || isAhead ? { looksLikeHz } : null;
  }

  /**
   * Whether a higher rate goes before a lower one, as 48 kHz before 44.1, which it looks like while
   * some of it waits in the network: where it lies nearer to the line, or too little of it is there.
   */
  #isPreferred(higher: PaceFit, lower: PaceFit): boolean {
    if (higher.isEarly) return false;
    if (higher.spreadMs === Infinity) return this.#window.spanMs < HICCUP_SPAN_MS;
    return higher.spreadMs < lower.spreadMs;
  }
}
