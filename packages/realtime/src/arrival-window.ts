/** How well what came last fits the even pace of a rate. */
export interface PaceFit {
  /** Whether it came at that pace, as a live stream does. */
  isEven: boolean;
  /** Whether something came earlier than it could be spoken at that pace, which rules it out. */
  isEarly: boolean;
  /**
   * How far arrivals lie from the line of the pace, in milliseconds, as a root mean square over
   * those near to it; `Infinity` where these are too few to tell.
   */
  spreadMs: number;
}

/** Arrivals this close are one: what waited in the network comes all at once. */
const MERGED_MS = 8;

/** The longest look back; two seconds tell paces apart that differ by one in a hundred. */
const WINDOW_MS = 2_000;

/** Arrivals `MERGED_MS` apart in `WINDOW_MS`, and some more. */
const CAPACITY = 256;

/** Arrivals of a live stream lie this near to its line: a jitter of 15 ms, and the middle's error. */
const NEAR_MS = 25;

/** So many lie there; the rest waited in the network and came late. None comes early. */
const NEEDED_ON_LINE = 0.75;

/** Four chunks and the one before them: fewer lie on a line by chance. */
const NEEDED_ARRIVALS = 5;

/** Clocks of sound cards and timers that follow them are no further off. */
const RATE_ERROR = 0.01;

/** By how many standard errors the pace found may miss the rate besides; more where few lie on it. */
const DEVIATIONS = 1.5;

/** More is another pace, however uncertain: a timer of 31 ms for frames of 20 ms misses by 0.04. */
const MOST_RATE_ERROR = 0.04;

/** When the last two seconds of a stream came, and how much of it by then. */
export class ArrivalWindow {
  readonly #atMs = new Float64Array(CAPACITY);
  readonly #samples = new Float64Array(CAPACITY);
  /** How late each arrival is for the line of a rate, from an arbitrary instant. */
  readonly #lateMs = new Float64Array(CAPACITY);
  readonly #sorted = new Float64Array(CAPACITY);
  #from = 0;
  #to = 0;
  #openedAtMs = 0;

  /** Forgets everything. */
  clear(): void {
    this.#from = 0;
    this.#to = 0;
  }

  /** At `atMs`, never before the last one, the stream had come to `samples` in total. */
  add(samples: number, atMs: number): void {
    if (this.#to === this.#from || atMs - this.#openedAtMs >= MERGED_MS) {
      if (this.#to === CAPACITY) this.#compact();
      this.#to++;
      this.#openedAtMs = atMs;
    }
    this.#atMs[this.#to - 1] = atMs;
    this.#samples[this.#to - 1] = samples;
    while (atMs - this.#atMs[this.#from]! > WINDOW_MS) this.#from++;
  }

  /** From the first arrival to the last. */
  get spanMs(): number {
    return this.#to === this.#from ? 0 : this.#atMs[this.#to - 1]! - this.#atMs[this.#from]!;
  }

  /** Samples a second over that span. */
  get pace(): number {
    return ((this.#samples[this.#to - 1]! - this.#samples[this.#from]!) * 1000) / this.spanMs;
  }

  /** Lays the line of a rate through the arrivals; those on it must span `neededMs`. */
  fit(hz: number, neededMs: number, fit: PaceFit): void {
    const middle = this.#measureLateness(hz);
    let onLine = 0;
    let isEarly = false;
    let firstMs = 0;
    let lastMs = 0;
    let sumMs = 0;
    let sumLate = 0;
    for (let i = this.#from; i < this.#to; i++) {
      const late = this.#lateMs[i]! - middle;
      if (late < -NEAR_MS) isEarly = true;
      if (Math.abs(late) > NEAR_MS) continue;
      lastMs = this.#atMs[i]!;
      if (onLine++ === 0) firstMs = lastMs;
      sumMs += lastMs - firstMs;
      sumLate += late;
    }
    fit.isEarly = isEarly;
    fit.spreadMs = Infinity;
    fit.isEven = false;
    const arrivals = this.#to - this.#from;
    if (isEarly || onLine < NEEDED_ARRIVALS || onLine < NEEDED_ON_LINE * arrivals) return;
    if (lastMs - firstMs < neededMs) return;
    // A straight line through what is left: how far its slope is from that of the rate.
    const meanMs = sumMs / onLine;
    const meanLate = sumLate / onLine;
    let msSquares = 0;
    let lateSquares = 0;
    let products = 0;
    for (let i = this.#from; i < this.#to; i++) {
      const late = this.#lateMs[i]! - middle;
      if (Math.abs(late) > NEAR_MS) continue;
      const ms = this.#atMs[i]! - firstMs - meanMs;
      msSquares += ms * ms;
      lateSquares += (late - meanLate) ** 2;
      products += ms * (late - meanLate);
    }
    const slope = products / msSquares;
    const leftSquares = Math.max(0, lateSquares - slope * products);
    const freedom = onLine - 2;
    const standardError = Math.sqrt(leftSquares / freedom / msSquares);
    const uncertainty = DEVIATIONS * (1 + DEVIATIONS / freedom) * standardError;
    fit.spreadMs = Math.sqrt(lateSquares / onLine);
    fit.isEven = Math.abs(slope) <= Math.min(MOST_RATE_ERROR, RATE_ERROR + uncertainty);
  }

  /** Writes `#lateMs` and returns its median. */
  #measureLateness(hz: number): number {
    const msPerSample = 1000 / hz;
    for (let i = this.#from; i < this.#to; i++) {
      this.#lateMs[i] = this.#atMs[i]! - this.#samples[i]! * msPerSample;
    }
    const sorted = this.#sorted.subarray(0, this.#to - this.#from);
    sorted.set(this.#lateMs.subarray(this.#from, this.#to));
    sorted.sort();
    return sorted[sorted.length >> 1]!;
  }

  #compact(): void {
    // Two seconds of merged arrivals fill less than the arrays, so there is something to drop.
    this.#atMs.copyWithin(0, this.#from, this.#to);
    this.#samples.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
  }
}
