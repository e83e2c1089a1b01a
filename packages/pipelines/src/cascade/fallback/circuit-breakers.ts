import type { BreakerSettings, Clock } from '@antiphon/session';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { BreakerState } from './circuit-breaker.ts';
import type { Service } from './fallback.ts';

/** Which provider a breaker is about. */
export interface BreakerSubject {
  readonly service: Service;
  /** As people are told of it. */
  readonly name: string;
  /** All that a failure may depend on: the address, the model, the account. */
  readonly identity: string;
}

/** How a provider of the process stands. */
export interface BreakerStanding {
  readonly service: Service;
  readonly name: string;
  readonly state: BreakerState;
}

/** What {@link CircuitBreakers} need. */
export interface CircuitBreakersOptions {
  readonly clock: Clock;
  /** Told when a breaker opens or closes; must not throw. */
  readonly onChange?: (standing: BreakerStanding) => void;
}

/**
 * The breakers of a process, one for each provider that its agents name: what one session meets
 * keeps all others from it, whichever agent they are of. There are as many as the folders say, and
 * none is made for a call.
 */
export class CircuitBreakers {
  readonly #options: CircuitBreakersOptions;
  readonly #known = new Map<
    string,
    { readonly subject: BreakerSubject; readonly breaker: CircuitBreaker }
  >();

  constructor(options: CircuitBreakersOptions) {
    this.#options = options;
  }

  /** The breaker of a provider; agents that name the same one with other limits get the tightest. */
  of(subject: BreakerSubject, limits?: BreakerSettings): CircuitBreaker {
    const { service, name, identity } = subject;
    const key = JSON.stringify([service, identity]);
    const known = this.#known.get(key);
    if (known) {
      known.breaker.tighten(limits);
      return known.breaker;
    }
    const { clock, onChange } = this.#options;
    const breaker = new CircuitBreaker({
      name,
      clock,
      limits,
      onChange: (state) => onChange?.({ service, name, state }),
    });
    this.#known.set(key, { subject, breaker });
    return breaker;
  }

  /** How each provider stands, in the order in which they were named. */
  standings(): readonly BreakerStanding[] {
    return [...this.#known.values()].map(({ subject: { service, name }, breaker: { state } }) => ({
      service,
      name,
      state,
    }));
  }
}
