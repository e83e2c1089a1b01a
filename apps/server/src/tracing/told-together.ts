import type { ControlChannel, SessionEvent } from '@antiphon/session';

/** What was told is handled by then. */
const DELAY_MS = 500;

/** So much at most at once: it takes less than a millisecond. */
const MOST_WAITING = 512;

/** Somebody to whom events are handed on. */
export type Notified = Pick<ControlChannel, 'notify'>;

/**
 * Hands on what is told a little later, many events of many sessions at once and in order: one here
 * and one there finds nothing of what it takes in the processor's caches, which costs several times
 * what the work does. Who asks for what follows from events calls `flush` before.
 */
export class ToldTogether {
  readonly #waiting: { readonly to: Notified; readonly event: SessionEvent }[] = [];
  readonly #onFault: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;

  /** With who is told of one that fails, which is nobody else's concern. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  tell(to: Notified, event: SessionEvent): void {
    this.#waiting.push({ to, event });
    if (this.#waiting.length >= MOST_WAITING) this.flush();
    else this.#timer ??= setTimeout(this.flush, DELAY_MS).unref();
  }

  /** Hands on all there is. */
  readonly flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    for (const { to, event } of this.#waiting.splice(0)) {
      try {
        to.notify(event);
      } catch (error) {
        this.#onFault(error);
      }
    }
  };
}
