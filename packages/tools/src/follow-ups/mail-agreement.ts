import { randomUUID } from 'node:crypto';
import type { Clock, TimerHandle } from '@antiphon/session';

/** How often a process says that it is there. */
const REFRESH_MS = 3_000;
/** After which one that says nothing more is forgotten. */
const KEPT_MS = 10_000;

/** How mails leave a process: where to, and from whom. Holds no secret. */
export interface MailRoute {
  readonly destination: string;
  readonly from: string;
}

/** Where the processes of one Redis tell each other their routes. */
export interface RouteBoard {
  /** Puts a route up for a while, unless another process has another one up, which it returns. */
  post(process: string, route: string, keptMs: number): Promise<string | null>;
  takeDown(process: string): Promise<void>;
}

/** What an agreement needs. */
export interface MailAgreementOptions {
  readonly board: RouteBoard;
  readonly route: MailRoute;
  readonly clock: Clock;
  /** Told whenever it turns out that another process sends mails another way. */
  readonly onDiffers?: (other: MailRoute) => void;
}

/**
 * Sees to it that all processes of one Redis send mails the same way: any of them may send what
 * any has promised, so that a difference would be a matter of luck to the caller.
 */
export class MailAgreement {
  readonly #options: MailAgreementOptions;
  readonly #process = randomUUID();
  #agrees = false;
  #differs = false;
  #timer: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: MailAgreementOptions) {
    this.#options = options;
  }

  /** Whether this process may send; not before the others are known. */
  get agrees(): boolean {
    return this.#agrees;
  }

  /** Asks the others, and again from now on; returns the route of one that differs. Never rejects. */
  async open(): Promise<MailRoute | null> {
    const other = await this.#ask();
    this.#askLater();
    return other;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    await this.#options.board.takeDown(this.#process).catch(() => {});
  }

  #askLater(): void {
    if (this.#isClosed) return;
    const { clock, onDiffers } = this.#options;
    this.#timer = clock.setTimeout(() => {
      void this.#ask().then((other) => {
        if (other && !this.#differs) onDiffers?.(other);
        this.#differs = other !== null;
        this.#askLater();
      });
    }, REFRESH_MS);
  }

  async #ask(): Promise<MailRoute | null> {
    const { board, route } = this.#options;
    const mine = JSON.stringify([route.destination, route.from]);
    try {
      const text = await board.post(this.#process, mine, KEPT_MS);
      this.#agrees = text === null;
      if (text === null) return null;
      const [destination = '', from = ''] = JSON.parse(text) as string[];
      return { destination, from };
    } catch {
      // What was agreed holds while Redis is away: nothing can be claimed then anyway.
      return null;
    }
  }
}
