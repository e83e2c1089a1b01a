/**
 * How much a turn matters: `told` is one that somebody was told is kept, `first` one with something
 * remarkable, `rest` any other.
 */
export type TurnRank = 'told' | 'first' | 'rest';

/** Instants are apart by fractions, whose sums are not exact. */
const EPSILON = 1e-6;

/**
 * So many turns a second, and at most those of one second at once. Half of these are left to
 * remarkable turns; what was told is let through although nothing is left, and the others wait.
 */
export class TurnAllowance {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #most: number;
  #left: number;
  #atMs: number;

  /** `now` in milliseconds, and never back. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#most = Math.max(1, perSecond);
    this.#left = this.#most;
    this.#atMs = now();
  }

  /** Whether there is room for a turn now, which is then taken. */
  take(rank: TurnRank): boolean {
    const nowMs = this.#now();
    const since = ((nowMs - this.#atMs) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#most, this.#left + since);
    this.#atMs = nowMs;
    const reserve = rank === 'rest' ? Math.floor(this.#most / 2) : 0;
    if (rank !== 'told' && this.#left - 1 < reserve - EPSILON) return false;
    this.#left = Math.max(-this.#most, this.#left - 1);
    return true;
  }
}
