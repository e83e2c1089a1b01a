import { randomUUID } from 'node:crypto';
import type {
  Clock,
  FollowUps,
  FollowUpState,
  PromisedFollowUp,
  TimerHandle,
  ToolOutcome,
} from '@antiphon/session';
import { followUpMail } from './follow-up-mail.ts';
import { boundedOutcome, faultOf, isFollowUpId } from './follow-up-bounds.ts';
import type { MailOutcome, MailSender } from './mail-sender.ts';
import type { ClaimedFollowUp, ClaimEnd, LostFollowUp, OutboxStore } from './outbox-store.ts';
import { LONGEST_ATTEMPT_MS } from './smtp-mail-sender.ts';

/** Longer than any attempt, so that only a sender that died or stands still loses its claim. */
const LEASE_MS = LONGEST_ATTEMPT_MS + 60_000;
/** How often the store is asked for what fell due, or was left by others. */
const SWEEP_MS = 5_000;
/** After each refusal that may pass: mail servers let strangers wait some minutes. */
const RETRY_DELAYS_MS: readonly number[] = [5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000];
/** Mails under way at once; the others wait in the store. */
const MOST_AT_ONCE = 4;
/** Outcomes that the store could not take yet; the oldest is dropped, and given up in the store. */
const MOST_UNTOLD = 1_000;
/** Ids whose mail this process has handed over or lost sight of; the oldest is forgotten. */
const MOST_ATTEMPTED = 10_000;
/** After failures to record how a sending ended; together less than a lease. */
const RECORD_DELAYS_MS: readonly number[] = [100, 300, 1_000, 3_000, 10_000];
/** Stopping waits so long for mails that are under way. */
const CLOSING_MS = 3_000;

/** A change of state, as logs and metrics may show it: no address, no content. */
export interface FollowUpChange {
  readonly id: string;
  readonly tool: string;
  readonly state: FollowUpState;
  /** A code that says why it is not sent, or not yet. */
  readonly reason: string | null;
}

/** What a {@link FollowUpOutbox} needs. */
export interface FollowUpOutboxOptions {
  readonly store: OutboxStore;
  readonly sender: MailSender;
  /** The right side of message ids: the domain of the sender. */
  readonly domain: string;
  readonly clock: Clock;
  readonly onChange?: (change: FollowUpChange) => void;
  /** Told that something promised nothing, with a code. */
  readonly onRefusal?: (id: string, reason: string) => void;
}

/**
 * Promises mails, waits for how their calls end, and sends each at most once: it is claimed before
 * it is sent, tried again only where it was surely not sent, and `unknown` for good where that is
 * not known. Several outboxes may share one store.
 */
export class FollowUpOutbox implements FollowUps {
  readonly #options: FollowUpOutboxOptions;
  readonly #name = randomUUID();
  #claims = 0;
  readonly #underWay = new Set<Promise<void>>();
  readonly #untold = new Map<string, ToolOutcome>();
  /** Promises that were refused because no reply came, and that the store may have kept. */
  readonly #doubtful = new Set<string>();
  readonly #attempted = new Set<string>();
  #pumping: Promise<void> | null = null;
  #isPumpWanted = false;
  readonly #stopping = new AbortController();
  #timer: TimerHandle | null = null;
  #closed: Promise<void> | null = null;

  constructor(options: FollowUpOutboxOptions) {
    this.#options = options;
    this.#sweepLater();
  }

  async promise(followUp: PromisedFollowUp): Promise<boolean> {
    const { store, clock, onRefusal } = this.#options;
    const fault = this.#closed ? 'closed' : faultOf(followUp);
    if (fault !== null) {
      onRefusal?.(followUp.id.slice(0, 64), fault);
      return false;
    }
    try {
      // Before the step, so that no withdrawal can follow it.
      this.#doubtful.delete(followUp.id);
      const isKept = await store.promise(followUp, clock.now());
      if (isKept) this.#pump();
      else onRefusal?.(followUp.id, 'full');
      return isKept;
    } catch {
      this.#doubtful.add(followUp.id);
      keepNewest(this.#doubtful, MOST_UNTOLD);
      onRefusal?.(followUp.id, 'store_unavailable');
      return false;
    }
  }

  async settle(id: string, outcome: ToolOutcome): Promise<void> {
    if (this.#stopping.signal.aborted || !isFollowUpId(id)) return;
    await this.#tell(id, boundedOutcome(outcome));
    this.#pump();
  }

  async state(id: string): Promise<FollowUpState | null> {
    try {
      return isFollowUpId(id) ? await this.#options.store.state(id) : null;
    } catch {
      return null;
    }
  }

  /** Resolves when nothing is due or under way, besides as many mails as are known to stand still. */
  async idle(stillCount: () => number = () => 0): Promise<void> {
    while (this.#pumping || this.#underWay.size > stillCount()) {
      await (this.#pumping ?? Promise.race(this.#underWay));
    }
  }

  /**
   * Promises nothing more, sends for a little while what is due, stops what is under way then, and
   * closes the store. What is lost with it is told as failed.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const { clock, store } = this.#options;
    this.#pump();
    let timer: TimerHandle | null = null;
    const patience = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, CLOSING_MS);
    });
    await Promise.race([this.idle(), patience]);
    if (timer) clock.clearTimeout(timer);
    if (this.#timer) clock.clearTimeout(this.#timer);
    this.#stopping.abort();
    await this.idle();
    for (const each of await store.close()) this.#changed(each, 'failed', 'process_ended');
  }

  #sweepLater(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#sweepLater();
      this.#pump();
    }, SWEEP_MS);
  }

  /** Looks for work; at most one look at a time. */
  #pump(): void {
    this.#isPumpWanted = true;
    this.#pumping ??= this.#work().finally(() => {
      this.#pumping = null;
      if (this.#isPumpWanted && !this.#stopping.signal.aborted) this.#pump();
    });
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#isPumpWanted && !signal.aborted) {
      this.#isPumpWanted = false;
      if (!(await this.#withdrawDoubtful())) return;
      for (const [id, outcome] of this.#untold) {
        if (!(await this.#tell(id, outcome))) break;
      }
      while (!signal.aborted && this.#underWay.size < MOST_AT_ONCE && (await this.#sendNext()));
    }
  }

  /** What was not promised must not be sent; `false` while the store cannot be had. */
  async #withdrawDoubtful(): Promise<boolean> {
    for (const id of this.#doubtful) {
      try {
        await this.#options.store.withdraw(id);
        this.#doubtful.delete(id);
      } catch {
        return false;
      }
    }
    return true;
  }

  /** Keeps an outcome, here while the store cannot be had. */
  async #tell(id: string, outcome: ToolOutcome): Promise<boolean> {
    const { store, clock } = this.#options;
    try {
      await store.settle(id, outcome, clock.now());
      this.#untold.delete(id);
      return true;
    } catch {
      // The first outcome of a call counts.
      if (!this.#untold.has(id)) this.#untold.set(id, outcome);
      keepNewest(this.#untold, MOST_UNTOLD);
      return false;
    }
  }

  /** Claims one and begins to send it; `false` when there is none, or the store cannot be had. */
  async #sendNext(): Promise<boolean> {
    const { store, clock } = this.#options;
    const claimant = `${this.#name}.${this.#claims}`;
    const nowMs = clock.now();
    try {
      const instants = { nowMs, leaseUntilMs: nowMs + LEASE_MS };
      const { claimed, lost } = await store.claim(claimant, instants);
      // Without a reply the same name asks again, and gets what it had claimed without knowing.
      this.#claims += 1;
      for (const each of lost) this.#changed(each, 'unknown', 'sender_lost');
      if (!claimed) return lost.length > 0;
      const sending = this.#send(claimed, claimant).finally(() => {
        this.#underWay.delete(sending);
        this.#pump();
      });
      this.#underWay.add(sending);
      return true;
    } catch {
      return false;
    }
  }

  async #send(claimed: ClaimedFollowUp, claimant: string): Promise<void> {
    const { followUp } = claimed;
    if (this.#attempted.has(followUp.id)) {
      // The store has forgotten what this process did.
      return this.#record(followUp, claimant, { state: 'unknown', reason: 'store_lost_state' });
    }
    this.#attempted.add(followUp.id);
    keepNewest(this.#attempted, MOST_ATTEMPTED);
    this.#changed(followUp, 'sending', null);
    const { sender, domain } = this.#options;
    let outcome: MailOutcome;
    try {
      const mail = followUpMail(followUp, claimed.outcome, domain);
      outcome = await sender.send(mail, this.#stopping.signal);
    } catch {
      outcome = { kind: 'unknown', reason: 'sender_threw' };
    }
    if (outcome.kind === 'accepted') {
      return this.#record(followUp, claimant, { state: 'sent', reason: null });
    }
    const { reason } = outcome;
    if (outcome.kind === 'unknown') {
      return this.#record(followUp, claimant, { state: 'unknown', reason });
    }
    this.#attempted.delete(followUp.id);
    const delayMs = outcome.isPermanent ? undefined : RETRY_DELAYS_MS[claimed.refusals];
    if (delayMs === undefined) {
      return this.#record(followUp, claimant, { state: 'failed', reason });
    }
    return this.#record(followUp, claimant, { state: 'pending', reason, delayMs });
  }

  /** Records how an attempt ended; what cannot be recorded becomes `unknown` with its lease. */
  async #record(
    followUp: PromisedFollowUp,
    claimant: string,
    result: AttemptResult,
  ): Promise<void> {
    const { store, clock } = this.#options;
    const { state, reason } = result;
    for (const delayMs of [...RECORD_DELAYS_MS, null]) {
      const nowMs = clock.now();
      const end: ClaimEnd =
        result.state === 'pending'
          ? { state: 'pending', dueAtMs: nowMs + result.delayMs }
          : { state: result.state, nowMs };
      try {
        const isOurs = await store.finish(followUp.id, claimant, end);
        if (isOurs) this.#changed(followUp, state, reason);
        return;
      } catch {
        if (delayMs === null || this.#stopping.signal.aborted) return;
        await this.#pause(delayMs);
      }
    }
  }

  /** Waits, but not beyond the stop. */
  async #pause(ms: number): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = clock.setTimeout(end, ms);
      signal.addEventListener('abort', end);
    });
  }

  #changed({ id, tool }: LostFollowUp, state: FollowUpState, reason: string | null): void {
    this.#options.onChange?.({ id, tool, state, reason });
  }
}

type AttemptResult =
  | { readonly state: 'sent' | 'failed' | 'unknown'; readonly reason: string | null }
  | { readonly state: 'pending'; readonly reason: string; readonly delayMs: number };

function keepNewest(kept: Map<string, unknown> | Set<string>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(key);
  }
}
