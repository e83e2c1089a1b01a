import { newId, responseObject } from '@antiphon/protocol';
import type { ResponseObject, ResponseStatus, ResponseStatusDetails } from '@antiphon/protocol';
import type {
  ConversationItem,
  GenerationKind,
  SessionEvent,
  ToolCallItem,
} from '@antiphon/session';
import type { AnnouncedItems } from './announced-items.ts';
import type { EventOutlet } from './event-outlet.ts';
import { ResponseOutput } from './response-output.ts';
import type { PlacedMessage } from './response-output.ts';
import type { ResponseShape } from './response-shape.ts';

/** How a generation ended. */
export type GenerationEnd = Pick<
  Extract<SessionEvent, { type: 'generation.ended' }>,
  'outcome' | 'cancelReason' | 'audioMs' | 'usage' | 'error'
>;

/** What a response needs. */
export interface WireResponseOptions {
  readonly generationId: string;
  readonly kind: GenerationKind;
  readonly shape: ResponseShape;
  readonly outlet: EventOutlet;
  /** Where its items are placed; null out of band, where they enter no conversation. */
  readonly announced: AnnouncedItems | null;
}

interface OpenMessage extends PlacedMessage {
  text: string;
  /** How much of its audio the client was given. */
  sentMs: number;
}

interface Ending {
  readonly status: Exclude<ResponseStatus, 'in_progress'>;
  readonly details: ResponseStatusDetails | null;
  readonly usage: GenerationEnd['usage'];
  /** The client is to be given this much audio before the response is done. */
  readonly audioMs: number;
}

/**
 * One generation as the client sees it. It takes what the generation makes, and tells of it from
 * `open` on; the response before it must be done by then.
 */
export class WireResponse {
  readonly id = newId('resp');
  readonly kind: GenerationKind;
  readonly generationId: string;
  readonly #options: WireResponseOptions;
  readonly #output: ResponseOutput;
  #message: OpenMessage | null = null;
  /** Calls wait for the message before them, whose audio may still be on its way. */
  readonly #heldCalls: ToolCallItem[] = [];
  #itemCount = 0;
  readonly #callIds: string[] = [];
  #ending: Ending | null = null;
  #isOpen = false;
  #isDone = false;

  constructor(options: WireResponseOptions) {
    const { outlet, announced } = options;
    this.#options = options;
    this.kind = options.kind;
    this.generationId = options.generationId;
    this.#output = new ResponseOutput({ responseId: this.id, outlet, announced });
  }

  /** Whether the client is to run a call of it. */
  get hasCalls(): boolean {
    return this.#callIds.length > 0;
  }

  /** The calls that the client is to run. */
  get callIds(): readonly string[] {
    return this.#callIds;
  }

  /** Whether nothing more is made of it; audio may still have to be sent. */
  get isGenerated(): boolean {
    return this.#ending !== null;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Whether the caller spoke over it. */
  get isInterrupted(): boolean {
    const details = this.#ending?.details;
    return details?.type === 'cancelled' && details.reason === 'turn_detected';
  }

  /** Its message, and how much of the message's audio the client was given. */
  get sentAudio(): { readonly itemId: string; readonly sentMs: number } | null {
    const message = this.#message;
    return message && { itemId: message.item.id, sentMs: message.sentMs };
  }

  /** Tells the client of it, and of everything it has made so far. */
  open(): void {
    this.#isOpen = true;
    this.#options.outlet.send({ type: 'response.created', response: this.#object('in_progress') });
    const message = this.#message;
    if (message) {
      this.#output.messageAdded(message);
      if (message.text !== '') this.#output.text(message, message.text);
    } else this.#tellHeldCalls();
    this.#finishWhenSent();
  }

  addItem(item: ConversationItem): void {
    if (item.kind === 'message') {
      this.#message = { item, outputIndex: this.#itemCount++, text: '', sentMs: 0 };
      if (this.#isOpen) this.#output.messageAdded(this.#message);
    } else if (item.kind === 'toolCall') {
      this.#callIds.push(item.callId);
      this.#heldCalls.push(item);
      if (this.#isOpen && !this.#message) this.#tellHeldCalls();
    }
  }

  addText(delta: string): void {
    const message = this.#message;
    if (!message) return;
    message.text += delta;
    if (this.#isOpen) this.#output.text(message, delta);
  }

  /** Sends audio of its message that ends at `endMs` of the item. */
  addAudio(base64: string, endMs: number): void {
    const message = this.#message;
    if (!message || this.#isDone) return;
    this.#output.audio(message, base64, message.sentMs === 0);
    message.sentMs = endMs;
    this.#finishWhenSent();
  }

  /** The generation is over; the response is done as soon as its audio was sent. */
  end(event: GenerationEnd): void {
    const isCancelled = event.outcome === 'cancelled';
    this.#ending = {
      status: event.outcome,
      details: detailsOf(event),
      usage: event.usage,
      audioMs: isCancelled ? 0 : event.audioMs,
    };
    this.#finishWhenSent();
  }

  /** Audio that was not sent will not come: a response that waited for it was cancelled. */
  cut(details: ResponseStatusDetails | null): void {
    if (!this.#ending || this.#isDone || this.#ending.status === 'cancelled') return;
    this.#ending = { ...this.#ending, status: 'cancelled', details, audioMs: 0 };
    this.#finishWhenSent();
  }

  #finishWhenSent(): void {
    const ending = this.#ending;
    if (!this.#isOpen || this.#isDone || !ending) return;
    const message = this.#message;
    // Positions are sums of fractions of a millisecond.
    if (message?.item.medium === 'audio' && message.sentMs < ending.audioMs - 1) return;
    this.#isDone = true;
    const itemStatus = ending.status === 'completed' ? 'completed' : 'incomplete';
    if (message) this.#output.messageDone(message, message.text, itemStatus);
    this.#tellHeldCalls();
    this.#options.outlet.send({ type: 'response.done', response: this.#object(ending.status) });
  }

  #tellHeldCalls(): void {
    for (const item of this.#heldCalls.splice(0)) this.#output.call(item, this.#itemCount++);
  }

  #object(status: ResponseStatus): ResponseObject {
    const { metadata, ...shape } = this.#options.shape;
    const ending = this.#ending;
    return responseObject({
      ...shape,
      id: this.id,
      status,
      output: status === 'in_progress' ? [] : this.#output.items,
      ...(metadata && { metadata: { ...metadata } }),
      ...(ending?.details && { statusDetails: ending.details }),
      ...(ending && {
        usage: {
          inputText: ending.usage.inputTextTokens,
          inputAudio: ending.usage.inputAudioTokens,
          outputText: ending.usage.outputTextTokens,
          outputAudio: ending.usage.outputAudioTokens,
        },
      }),
    });
  }
}

function detailsOf({ outcome, cancelReason, error }: GenerationEnd): ResponseStatusDetails | null {
  switch (outcome) {
    case 'completed':
      return null;
    case 'incomplete':
      return { type: 'incomplete', reason: 'max_output_tokens' };
    case 'failed':
      return {
        type: 'failed',
        error: {
          type: 'server_error',
          code: error?.code ?? null,
          message: error?.message ?? 'The answer could not be made.',
        },
      };
    case 'cancelled':
      // The end of a session has no reason on the wire.
      if (cancelReason === 'sessionEnded' || cancelReason === null) return null;
      return {
        type: 'cancelled',
        reason: cancelReason === 'bargeIn' ? 'turn_detected' : 'client_cancelled',
      };
  }
}
