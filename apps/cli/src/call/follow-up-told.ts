import type { FeedEvent } from '@antiphon/observability';
import { z } from 'zod';

/** What the feed tells of an answer that was promised by e-mail. */
const followUp = z.object({
  type: z.literal('followUp'),
  callId: z.string(),
  state: z.enum(['pending', 'sending', 'sent', 'failed', 'unknown']),
});

/** Where the e-mail for a tool's call stands. */
export interface FollowUpTold {
  readonly callId: string;
  readonly state: z.infer<typeof followUp>['state'];
  /** Whether nothing more happens to it. */
  readonly isFinal: boolean;
}

/** The follow-up that a message of the feed is about; `null` when it is about something else. */
export function followUpTold(event: FeedEvent): FollowUpTold | null {
  const told = followUp.safeParse(event);
  if (!told.success) return null;
  const { callId, state } = told.data;
  return { callId, state, isFinal: state !== 'pending' && state !== 'sending' };
}
