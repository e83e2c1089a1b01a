import type { SessionRegistry } from './session-registry.ts';

/** Knows whether a session can start now. */
export class Readiness {
  readonly #registry: Pick<SessionRegistry, 'isFull'>;
  #problem: string | null = 'the models are being loaded';

  constructor(registry: Pick<SessionRegistry, 'isFull'>) {
    this.#registry = registry;
  }

  /** Why no session can start now, for people; `null` when one can. */
  get unreadyReason(): string | null {
    if (this.#problem !== null) return this.#problem;
    return this.#registry.isFull ? 'as many sessions are running as may' : null;
  }

  loaded(): void {
    this.#problem = null;
  }

  fail(problem: string): void {
    this.#problem = problem;
  }

  stop(): void {
    this.#problem = 'the server is stopping';
  }
}
