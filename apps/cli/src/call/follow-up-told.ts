import type { FeedEvent } from '@antiphon/observability';

/** Where the e-mail for a tool's call stands. */
export interface FollowUpTold {
  readonly callId: string;
  readonly state: Extract<FeedEvent, { type: 'followUp' }>['state'];
  /** Whether nothing more happens to it. */
  readonly isFinal: boolean;
}

/** The follow-up that a message of the feed is about; `null` when it is about something else. */
export function followUpTold(event: FeedEvent): FollowUpTold | null {
  if (event.type !== 'followUp') return null;
  const { callId, state } = event;
  return { callId, state, isFinal: state !== 'pending' && state !== 'sending' };
}
