import type { Replay } from '@antiphon/observability';
import type { RecordedEvent } from '../ports/session-event.ts';
import { replaySession } from '../replay-session.ts';

/** A replay without a rest. */
export function replayWhole(events: Iterable<RecordedEvent>): Replay {
  const replaying = replaySession(events);
  for (;;) {
    const { done, value } = replaying.next();
    if (done) return value;
  }
}
