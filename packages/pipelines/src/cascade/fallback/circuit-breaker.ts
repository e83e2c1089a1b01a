import type { BreakerSettings, Clock } from '@antiphon/session';

/** When a {@link CircuitBreaker} opens, and for how long. */
interface BreakerLimits {
  /** Failures in a row after which nobody asks any more. */
  readonly failures: number;
  /** How long; then one request is let through to see. */
  readonly coolDownMs: number;
}

/** Three callers have waited in vain; ten seconds are what a restart of a provider takes at best. */
const DEFAULT_BREAKER_LIMITS: BreakerLimits = { failures: 3, coolDownMs: 10_000 };

/** `halfOpen`: it has been open for long enough, and the next request is the trial. */
export type BreakerState = 'closed' | 'halfOpen' | 'open';

/** What a {@link CircuitBreaker} is made with. */
export interface CircuitBreakerOptions {
  /** Whom it is about; for people. */
  readonly name: string;
  readonly clock: Clock;
  readonly limits?: BreakerSettings | undefined;
  /** Told when it opens and when it closes; must not throw. */
  readonly onChange?: ((state: 'closed' | 'open') => void) | undefined;
}

/**
 * Knows of one provider, for all sessions of a process, whether it is worth asking. Closed, it lets
 * everybody through; after some failures in a row it is open and lets nobody through; after a while
 * it lets one request try, whose outcome closes or opens it.
 *
 * It is our own because the libraries for it, opossum and cockatiel, put a breaker around a function
 * that returns a promise. Here a request is a stream whose first result counts, which may be given
 * up without an outcome, and which goes on beside another where models are hedged; the outcome is
 * told from three kinds of ports, on the clock that tests drive. What would be left of a library are
 * the lines below, and both ask for a newer Node than the rest of the house.
 */
export class CircuitBreaker {
  readonly name: string;
  readonly #options: CircuitBreakerOptions;
  #limits: BreakerLimits;
  #failures = 0;
  #openUntilMs: number | null = null;
  #triedAtMs: number | null = null;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.name = options.name;
    const { failures, coolDownMs } = options.limits ?? {};
    this.#limits = {
      failures: failures ?? DEFAULT_BREAKER_LIMITS.failures,
      coolDownMs: coolDownMs ?? DEFAULT_BREAKER_LIMITS.coolDownMs,
    };
  }

  get state(): BreakerState {
    if (this.#openUntilMs === null) return 'closed';
    return this.#options.clock.now() < this.#openUntilMs ? 'open' : 'halfOpen';
  }

  /** Whether a request may go to the provider; the one that may while it is half open is the trial. */
  admits(): boolean {
    const { state } = this;
    if (state !== 'halfOpen') return state === 'closed';
    const now = this.#options.clock.now();
    // A trial that nobody tells the outcome of must not keep everybody out for ever.
    if (this.#triedAtMs !== null && now - this.#triedAtMs < this.#limits.coolDownMs) return false;
    this.#triedAtMs = now;
    return true;
  }

  succeeded(): void {
    const wasOpen = this.#openUntilMs !== null;
    this.#failures = 0;
    this.#openUntilMs = null;
    this.#triedAtMs = null;
    if (wasOpen) this.#options.onChange?.('closed');
  }

  failed(): void {
    const { state } = this;
    // Who was asked before it opened tells nothing new.
    if (state === 'open') return;
    this.#failures += 1;
    this.#triedAtMs = null;
    if (state === 'closed' && this.#failures < this.#limits.failures) return;
    this.#openUntilMs = this.#options.clock.now() + this.#limits.coolDownMs;
    if (state === 'closed') this.#options.onChange?.('open');
  }

  /** Where several say when it opens, and for how long, the least of each holds. */
  tighten(limits: BreakerSettings = {}): void {
    const { failures, coolDownMs } = this.#limits;
    this.#limits = {
      failures: Math.min(failures, limits.failures ?? DEFAULT_BREAKER_LIMITS.failures),
      coolDownMs: Math.min(coolDownMs, limits.coolDownMs ?? DEFAULT_BREAKER_LIMITS.coolDownMs),
    };
  }
}
