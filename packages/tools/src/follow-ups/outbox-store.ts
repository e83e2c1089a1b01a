import type { FollowUpState, PromisedFollowUp, ToolOutcome } from '@antiphon/session';

/** How the sending of a follow-up ended. */
export type FinalState = Extract<FollowUpState, 'sent' | 'failed' | 'unknown'>;

/** A follow-up that one sender has claimed: nobody else sends it. */
export interface ClaimedFollowUp {
  readonly followUp: PromisedFollowUp;
  readonly outcome: ToolOutcome;
  /** Attempts before this one, all of them surely without a mail. */
  readonly refusals: number;
}

/** What looking for work found. */
export interface Claim {
  readonly claimed: ClaimedFollowUp | null;
  /** Whose sender was lost; they are `unknown` now. */
  readonly lost: readonly LostFollowUp[];
}

/** A follow-up that nobody takes to its end any more. */
export type LostFollowUp = Pick<PromisedFollowUp, 'id' | 'tool'>;

/** Instants that an {@link OutboxStore} decides by, all of the caller's clock. */
export interface ClaimInstants {
  readonly nowMs: number;
  /** When the sender counts as lost. */
  readonly leaseUntilMs: number;
}

/**
 * Keeps follow-ups; every method is one atomic step. A promise waits for its outcome, an outcome
 * for its promise (for a while), both for a sender. Methods reject when the store cannot be had.
 * What a final follow-up said and to whom is not kept.
 */
export interface OutboxStore {
  /** `false` when it is full; the same id again changes nothing. */
  promise(followUp: PromisedFollowUp, nowMs: number): Promise<boolean>;
  /** Forgets a promise that nobody was given; once its sending began, nothing. */
  withdraw(id: string): Promise<void>;
  /** The first outcome of an id counts. */
  settle(id: string, outcome: ToolOutcome, nowMs: number): Promise<void>;
  /**
   * Claims the next follow-up that is due, `pending` → `sending`: one whose call has ended, or
   * whose call has not ended for {@link OUTCOME_WAIT_MS}, which ends it as `unknown`. Before
   * that, `sending` ones whose lease is over become `unknown`. A claimant is one attempt: only who
   * never got the reply asks again by the same name, and gets what was claimed then.
   */
  claim(claimant: string, instants: ClaimInstants): Promise<Claim>;
  /** Ends a claim; `false` when it was lost before. */
  finish(id: string, claimant: string, end: ClaimEnd): Promise<boolean>;
  state(id: string): Promise<FollowUpState | null>;
  /** Closes it; returns those that were not final and are lost now. */
  close(): Promise<readonly LostFollowUp[]>;
}

/** A final state, or back to `pending` until an instant. */
export type ClaimEnd =
  | { readonly state: FinalState; readonly nowMs: number }
  | { readonly state: 'pending'; readonly dueAtMs: number };

/** An outcome that nobody told for an hour is not going to be told: tools end within minutes. */
export const OUTCOME_WAIT_MS = 3_600_000;
/** How long an outcome without a promise is kept: the caller may still say yes. */
export const EARLY_OUTCOME_MS = 3_600_000;
/** How long a final state can be asked for. */
export const FINAL_STATE_MS = 7 * 86_400_000;

/** Bounds of a store; what does not fit is refused, or the oldest goes. */
export interface OutboxBounds {
  /** Follow-ups that are not final; more promises are refused. */
  readonly mostOpen: number;
  /** Outcomes without a promise; the oldest is forgotten. */
  readonly mostEarly: number;
  /** Final states, in memory; the oldest is forgotten. */
  readonly mostFinal: number;
}

/** At the largest sizes 200 MB; ordinary follow-ups take 2 KB each. */
export const OUTBOX_BOUNDS: OutboxBounds = { mostOpen: 2_000, mostEarly: 1_000, mostFinal: 10_000 };
