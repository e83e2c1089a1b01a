import { HandoffNotes } from '@antiphon/observability';
import type { TranscriptRef } from '@antiphon/observability';
import type { SessionEvent } from '@antiphon/session';
import type { EventOutlet } from './event-outlet.ts';

/** What a handoff event needs. */
export interface HandoffEventOptions {
  readonly outlet: EventOutlet;
  readonly transcriptRef: TranscriptRef;
}

/** Tells a client that asked for it, with `antiphon.handoff`, what the person who takes over needs. */
export class HandoffEvent {
  readonly #options: HandoffEventOptions;
  readonly #notes = new HandoffNotes();

  constructor(options: HandoffEventOptions) {
    this.#options = options;
  }

  /** Takes what the session tells of its calls and of the handoff, and passes over the rest. */
  notify(event: SessionEvent): void {
    if (event.type === 'tool.started') this.#notes.note(event.arguments);
    if (event.type === 'tool.settled' && event.output !== null) this.#notes.note(event.output);
    if (event.type === 'handoff.requested') this.#tell(event.details);
  }

  #tell(details: string): void {
    const { outlet, transcriptRef } = this.#options;
    const { reason, summary, slots } = this.#notes.record(details, transcriptRef);
    const { sessionId, events, recording } = transcriptRef;
    outlet.send({
      type: 'antiphon.handoff',
      reason,
      summary,
      slots,
      transcript_ref: { session_id: sessionId, events, recording },
    });
  }
}
