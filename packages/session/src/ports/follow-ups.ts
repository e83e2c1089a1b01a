import type { FollowUpTemplate } from './session-config.ts';
import type { ToolOutcome } from './tool-runner.ts';

/** An answer promised to a caller by e-mail. */
export interface PromisedFollowUp {
  /** `<sessionId>.<callId>`: there is at most one for a call. */
  readonly id: string;
  readonly agent: string;
  readonly tool: string;
  /** One e-mail address, without a name. */
  readonly to: string;
  readonly template: FollowUpTemplate;
  /** The call's arguments, JSON text. */
  readonly arguments: string;
}

/**
 * `pending` until the call has ended, `sending` while a sender has claimed it, `unknown` when it
 * may or may not have been sent; the last three are final, and nothing is sent after them.
 */
export type FollowUpState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown';

/** Promises e-mails and sends each at most once. No call rejects. */
export interface FollowUps {
  /** `false` when it could not be kept, and so must not be promised; the same id again is `true`. */
  promise(followUp: PromisedFollowUp): Promise<boolean>;
  /**
   * The call has ended: what was promised for it is sent, an apology where there is no result.
   * Without a promise, and the second time, it does nothing.
   */
  settle(id: string, outcome: ToolOutcome): Promise<void>;
  /** `null` when nothing was promised or the answer cannot be had. */
  state(id: string): Promise<FollowUpState | null>;
}
