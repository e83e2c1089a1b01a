import type { Clock } from '@antiphon/session';

/** When a {@link CircuitBreaker} opens, and for how long. */
export interface BreakerLimits {
  /** Failures in a row after which nobody asks any more. */
  readonly failures: number;
  /** How long; then one request is let through to see. */
  readonly coolDownMs: number;
}

/** Three callers have waited in vain; ten seconds are what a restart of a provider takes at best. */
const DEFAULT_BREAKER_LIMITS: BreakerLimits = { failures: 3, coolDownMs: 10_000 };

/**
 * Knows of one provider, for all sessions of a process, whether it is worth asking. Closed, it lets
 * everybody through; after some failures in a row it is open and lets nobody through; after a while
 * it lets one request try, whose outcome closes or opens it.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #limits: BreakerLimits;
  #failures = 0;
  #openUntilMs: number | null = null;
  #triedAtMs: number | null = null;

  constructor(clock: Clock, limits: Partial<BreakerLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...DEFAULT_BREAKER_LIMITS, ...limits };
  }

  get isOpen(): boolean {
    return this.#openUntilMs !== null;
  }

  /** Whether a request may go to the provider; the one that may while it is open is the trial. */
  admits(): boolean {
    if (this.#openUntilMs === null) return true;
    const now = this.#clock.now();
    if (now < this.#openUntilMs) return false;
    // A trial that nobody tells the outcome of must not keep everybody out for ever.
    if (this.#triedAtMs !== null && now - this.#triedAtMs < this.#limits.coolDownMs) return false;
    this.#triedAtMs = now;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openUntilMs = null;
    this.#triedAtMs = null;
  }

  failed(): void {
    this.#failures += 1;
    this.#triedAtMs = null;
    if (this.#failures < this.#limits.failures) return;
    this.#openUntilMs = this.#clock.now() + this.#limits.coolDownMs;
  }
}
