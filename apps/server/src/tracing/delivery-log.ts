import type { Logger } from 'pino';
import { refusalOf } from './refusal.ts';

/** Says in the log when traces can no longer be delivered, and when they can again. */
export class DeliveryLog {
  readonly #log: Logger;
  #isFailing = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A delivery is over; what was wrong with it, if anything was. */
  delivered(error: Error | undefined): void {
    const isFailing = error !== undefined;
    // Messages may hold the address, which may hold a secret.
    const reason = refusalOf(error);
    if (isFailing && !this.#isFailing) {
      this.#log.warn({ reason }, 'traces cannot be delivered: those that wait too long are lost');
    }
    if (!isFailing && this.#isFailing) this.#log.info('traces are delivered again');
    this.#isFailing = isFailing;
  }
}
