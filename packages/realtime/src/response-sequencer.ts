import { newId } from '@antiphon/protocol';
import type { ResponseStatusDetails, SessionConfig as WireConfig } from '@antiphon/protocol';
import type { AgentAudio, SessionEvent } from '@antiphon/session';
import type { AnnouncedItems } from './announced-items.ts';
import type { EventOutlet } from './event-outlet.ts';
import { responseShape } from './response-shape.ts';
import { WireResponse } from './wire-response.ts';

type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

/** What a sequencer needs. */
export interface ResponseSequencerOptions {
  readonly outlet: EventOutlet;
  readonly announced: AnnouncedItems;
  /** The wire's configuration of this moment. */
  readonly config: () => WireConfig;
  /** Called inside an event of the session, after `response.done` was sent. */
  readonly onDone: (response: WireResponse) => void;
}

/**
 * Turns generations into responses, one after the other: a generation that begins while audio of
 * the one before is still to be sent waits, so that the client never sees two at once. At most a
 * few wait, for agent audio is bounded, and each keeps no more than its text.
 */
export class ResponseSequencer {
  readonly #options: ResponseSequencerOptions;
  readonly #conversationId = newId('conv');
  readonly #responses: WireResponse[] = [];
  #lastId = '';

  constructor(options: ResponseSequencerOptions) {
    this.#options = options;
  }

  /** The response the client sees in progress. */
  get current(): WireResponse | null {
    return this.#responses[0] ?? null;
  }

  /** The response made last, empty before the first. */
  get lastId(): string {
    return this.#lastId;
  }

  started({ generationId, kind, options }: EventOf<'generation.started'>): void {
    const { outlet, announced, config } = this.#options;
    const response = new WireResponse({
      generationId,
      kind,
      outlet,
      announced,
      shape: responseShape(this.#conversationId, config(), options),
    });
    this.#lastId = response.id;
    this.#responses.push(response);
    if (this.#responses.length === 1) response.open();
  }

  itemAdded(generationId: string, event: EventOf<'item.added'>): void {
    this.#find(generationId)?.addItem(event.item);
  }

  text({ generationId, delta }: EventOf<'generation.text'>): void {
    this.#find(generationId)?.addText(delta);
  }

  audio({ generationId }: AgentAudio, base64: string, endMs: number): void {
    this.#find(generationId)?.addAudio(base64, endMs);
    this.#advance();
  }

  ended(event: EventOf<'generation.ended'>): void {
    this.#find(event.generationId)?.end(event);
    this.#advance();
  }

  /** Audio that was not sent will not come. */
  audioDropped(details: ResponseStatusDetails | null): void {
    for (const response of this.#responses) response.cut(details);
    this.#advance();
  }

  #find(generationId: string): WireResponse | undefined {
    return this.#responses.find((response) => response.generationId === generationId);
  }

  #advance(): void {
    while (this.#responses[0]?.isDone) {
      const done = this.#responses.shift();
      this.#responses[0]?.open();
      if (done) this.#options.onDone(done);
    }
  }
}
