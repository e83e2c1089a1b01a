import type { WireItem } from '@antiphon/protocol';
import type { ConversationItem, SessionControl, SessionEvent } from '@antiphon/session';
import type { AnnouncedItems } from './announced-items.ts';
import type { EventOutlet } from './event-outlet.ts';
import type { IdleSilence } from './idle-prompt.ts';
import { wireItemOf } from './wire-items.ts';

type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;
type WireMessage = Extract<WireItem, { type: 'message' }>;

/** What conversation events need. */
export interface ConversationEventsOptions {
  readonly outlet: EventOutlet;
  readonly announced: AnnouncedItems;
  readonly control: () => SessionControl;
  /** Whether the client wants to read what the caller said. */
  readonly transcribes: () => boolean;
}

/** Tells the client of the caller's turns and of the items that no response makes. */
export class ConversationEvents {
  readonly #options: ConversationEventsOptions;
  /** Messages that a client wrote in several parts, which the session keeps as one text. */
  readonly #partsOfClient = new Map<string, WireMessage>();
  /** Of each caller item whose transcript is not final, what was told of it. */
  readonly #toldTranscripts = new Map<string, string>();
  #truncating: { readonly itemId: string; audioEndMs: number | null } | null = null;

  constructor(options: ConversationEventsOptions) {
    this.#options = options;
  }

  speechStarted({ itemId, audioStartMs }: EventOf<'caller.speechStarted'>): void {
    this.#options.outlet.send({
      type: 'input_audio_buffer.speech_started',
      audio_start_ms: audioStartMs,
      item_id: itemId,
    });
  }

  speechStopped({ itemId, audioEndMs }: EventOf<'caller.speechStopped'>): void {
    this.#options.outlet.send({
      type: 'input_audio_buffer.speech_stopped',
      audio_end_ms: audioEndMs,
      item_id: itemId,
    });
  }

  /** `silence` is what was committed because the caller said nothing for too long. */
  committed(
    { itemId, previousItemId }: EventOf<'caller.committed'>,
    silence: IdleSilence | null,
  ): void {
    const { outlet, announced } = this.#options;
    if (silence) {
      outlet.send({
        type: 'input_audio_buffer.timeout_triggered',
        audio_start_ms: silence.startMs,
        audio_end_ms: silence.endMs,
        item_id: itemId,
      });
    }
    outlet.send({
      type: 'input_audio_buffer.committed',
      item_id: itemId,
      previous_item_id: announced.nearest(previousItemId),
    });
  }

  added({ item }: EventOf<'item.added'>): void {
    const { outlet, announced } = this.#options;
    outlet.send({
      type: 'conversation.item.added',
      item: this.#freshItem(item),
      previous_item_id: announced.place(item.id),
    });
  }

  done({ item }: EventOf<'item.done'>): void {
    const { outlet, announced } = this.#options;
    outlet.send({
      type: 'conversation.item.done',
      item: this.#freshItem(item),
      previous_item_id: announced.previousOf(item.id),
    });
  }

  deleted({ itemId }: EventOf<'item.deleted'>): void {
    const { outlet, announced } = this.#options;
    announced.forget(itemId);
    this.#partsOfClient.delete(itemId);
    this.#toldTranscripts.delete(itemId);
    outlet.send({ type: 'conversation.item.deleted', item_id: itemId });
  }

  truncated({ itemId, audioEndMs, unheard }: EventOf<'item.truncated'>): void {
    if (this.#truncating?.itemId === itemId) {
      this.#truncating.audioEndMs = audioEndMs;
      return;
    }
    // An item that was heard to its end was not cut, and one that is gone is no concern any more.
    if (unheard !== '' && this.#options.announced.has(itemId)) {
      this.#tellTruncated(itemId, audioEndMs);
    }
  }

  transcript({ itemId, text, isFinal, error }: EventOf<'caller.transcript'>): void {
    const { outlet, announced, transcribes, control } = this.#options;
    if (!transcribes() || !announced.has(itemId)) return;
    const told = this.#toldTranscripts.get(itemId) ?? '';
    const part = { item_id: itemId, content_index: 0 };
    // What was told cannot be taken back: a recogniser that changed its mind is heard at the end.
    if (text.startsWith(told) && text !== told) {
      const delta = text.slice(told.length);
      outlet.send({ type: 'conversation.item.input_audio_transcription.delta', ...part, delta });
      this.#toldTranscripts.set(itemId, text);
    }
    if (!isFinal) return;
    this.#toldTranscripts.delete(itemId);
    if (error) {
      outlet.send({
        type: 'conversation.item.input_audio_transcription.failed',
        ...part,
        // The stock clients take an absent member, and not null.
        error: { type: 'transcription_error', code: error.code, message: error.message },
      });
      return;
    }
    const item = control().item(itemId);
    const seconds = item?.kind === 'message' ? item.audioMs / 1000 : 0;
    outlet.send({
      type: 'conversation.item.input_audio_transcription.completed',
      ...part,
      transcript: text,
      usage: { type: 'duration', seconds },
    });
  }

  /** Keeps a message as its client wrote it while `add` puts it into the conversation. */
  keepParts<Result>(
    itemId: string,
    message: WireMessage | null,
    add: () => Result | null,
  ): Result | null {
    const isNew = !this.#options.announced.has(itemId);
    if (isNew && message && message.content.length !== 1) this.#partsOfClient.set(itemId, message);
    const refusal = add();
    if (refusal !== null && isNew) this.#partsOfClient.delete(itemId);
    return refusal;
  }

  /** Tells once of a truncation that the client asked for, whatever else `truncate` sets off. */
  replyToTruncate<Result>(itemId: string, truncate: () => Result | null): Result | null {
    const truncating = { itemId, audioEndMs: null };
    this.#truncating = truncating;
    const refusal = truncate();
    const { audioEndMs } = this.#truncating;
    this.#truncating = null;
    if (audioEndMs !== null) this.#tellTruncated(itemId, audioEndMs);
    return refusal;
  }

  retrieved(item: ConversationItem): void {
    const { outlet, transcribes } = this.#options;
    const wire = wireItemOf(item, { isTranscribed: transcribes() });
    outlet.send({ type: 'conversation.item.retrieved', item: this.#withParts(wire) });
  }

  #tellTruncated(itemId: string, audioEndMs: number): void {
    this.#options.outlet.send({
      type: 'conversation.item.truncated',
      item_id: itemId,
      content_index: 0,
      audio_end_ms: audioEndMs,
    });
  }

  /** What was just said has no transcript yet, and what the client added carries its own. */
  #freshItem(item: ConversationItem): WireItem {
    return this.#withParts(wireItemOf(item, { isTranscribed: true }));
  }

  #withParts(item: WireItem): WireItem {
    const message = this.#partsOfClient.get(item.id);
    return message ? { ...message, status: item.status } : item;
  }
}
