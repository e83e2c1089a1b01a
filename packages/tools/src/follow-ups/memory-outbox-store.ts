import type { FollowUpState, PromisedFollowUp, ToolOutcome } from '@antiphon/session';
import {
  EARLY_OUTCOME_MS,
  FINAL_STATE_MS,
  OUTBOX_BOUNDS,
  OUTCOME_WAIT_MS,
  type Claim,
  type ClaimEnd,
  type ClaimInstants,
  type FinalState,
  type LostFollowUp,
  type OutboxBounds,
  type OutboxStore,
} from './outbox-store.ts';

interface OpenEntry {
  readonly followUp: PromisedFollowUp;
  state: 'pending' | 'sending';
  outcome: ToolOutcome | null;
  /** When it is looked at next: to be sent, to be given up, or as lost. */
  dueAtMs: number;
  claimant: string | null;
  refusals: number;
}

/** Keeps follow-ups in this process: those that are open are lost when it ends. */
export class MemoryOutboxStore implements OutboxStore {
  readonly #bounds: OutboxBounds;
  readonly #open = new Map<string, OpenEntry>();
  readonly #early = new Map<string, { outcome: ToolOutcome; untilMs: number }>();
  readonly #final = new Map<string, { state: FinalState; untilMs: number }>();

  constructor(bounds: OutboxBounds = OUTBOX_BOUNDS) {
    this.#bounds = bounds;
  }

  promise(followUp: PromisedFollowUp, nowMs: number): Promise<boolean> {
    this.#forget(nowMs);
    const { id } = followUp;
    if (this.#open.has(id) || this.#final.has(id)) return Promise.resolve(true);
    if (this.#open.size >= this.#bounds.mostOpen) return Promise.resolve(false);
    const early = this.#early.get(id);
    this.#early.delete(id);
    this.#open.set(id, {
      followUp,
      state: 'pending',
      outcome: early?.outcome ?? null,
      dueAtMs: early ? nowMs : nowMs + OUTCOME_WAIT_MS,
      claimant: null,
      refusals: 0,
    });
    return Promise.resolve(true);
  }

  withdraw(id: string): Promise<void> {
    if (this.#open.get(id)?.state === 'pending') this.#open.delete(id);
    return Promise.resolve();
  }

  settle(id: string, outcome: ToolOutcome, nowMs: number): Promise<void> {
    this.#forget(nowMs);
    const entry = this.#open.get(id);
    if (entry?.state === 'pending' && !entry.outcome) {
      entry.outcome = outcome;
      entry.dueAtMs = nowMs;
    } else if (!entry && !this.#final.has(id) && !this.#early.has(id)) {
      this.#early.set(id, { outcome, untilMs: nowMs + EARLY_OUTCOME_MS });
      keepNewest(this.#early, this.#bounds.mostEarly);
    }
    return Promise.resolve();
  }

  claim(claimant: string, { nowMs, leaseUntilMs }: ClaimInstants): Promise<Claim> {
    this.#forget(nowMs);
    const lost: LostFollowUp[] = [];
    let next: OpenEntry | null = null;
    for (const [id, entry] of this.#open) {
      if (entry.dueAtMs > nowMs) continue;
      if (entry.state === 'sending') {
        this.#close(id, 'unknown', nowMs);
        lost.push({ id, tool: entry.followUp.tool });
      } else if (!next || entry.dueAtMs < next.dueAtMs) {
        next = entry;
      }
    }
    if (!next) return Promise.resolve({ claimed: null, lost });
    const outcome = (next.outcome ??= { kind: 'unknown' });
    Object.assign(next, { state: 'sending', claimant, dueAtMs: leaseUntilMs });
    const { followUp, refusals } = next;
    return Promise.resolve({ claimed: { followUp, outcome, refusals }, lost });
  }

  finish(id: string, claimant: string, end: ClaimEnd): Promise<boolean> {
    const entry = this.#open.get(id);
    if (entry?.state !== 'sending' || entry.claimant !== claimant) return Promise.resolve(false);
    if (end.state === 'pending') {
      entry.state = 'pending';
      entry.refusals += 1;
      entry.dueAtMs = end.dueAtMs;
    } else {
      this.#close(id, end.state, end.nowMs);
    }
    return Promise.resolve(true);
  }

  state(id: string): Promise<FollowUpState | null> {
    return Promise.resolve(this.#open.get(id)?.state ?? this.#final.get(id)?.state ?? null);
  }

  close(): Promise<readonly LostFollowUp[]> {
    const lost = [...this.#open].map(([id, { followUp }]) => ({ id, tool: followUp.tool }));
    for (const kept of [this.#open, this.#early, this.#final]) kept.clear();
    return Promise.resolve(lost);
  }

  #close(id: string, state: FinalState, nowMs: number): void {
    this.#open.delete(id);
    this.#final.set(id, { state, untilMs: nowMs + FINAL_STATE_MS });
    keepNewest(this.#final, this.#bounds.mostFinal);
  }

  /** Forgets what is over; both maps are in the order of their ends. */
  #forget(nowMs: number): void {
    for (const kept of [this.#early, this.#final]) {
      for (const [id, { untilMs }] of kept) {
        if (untilMs > nowMs) break;
        kept.delete(id);
      }
    }
  }
}

function keepNewest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
