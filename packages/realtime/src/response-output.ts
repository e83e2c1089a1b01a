import type { OutputPosition, WireItem } from '@antiphon/protocol';
import type { ItemStatus, MessageItem, ToolCallItem } from '@antiphon/session';
import type { AnnouncedItems } from './announced-items.ts';
import type { EventOutlet } from './event-outlet.ts';
import { agentMessageItem, emptyCallItem, wireItemOf } from './wire-items.ts';

/** A message of a response and its place in the output. */
export interface PlacedMessage {
  readonly item: MessageItem;
  readonly outputIndex: number;
}

/** What a response's output needs. */
export interface ResponseOutputOptions {
  readonly responseId: string;
  readonly outlet: EventOutlet;
  /** Where items are placed; null where they enter no conversation. */
  readonly announced: AnnouncedItems | null;
}

/** Writes the events of a response's items, each in the order that clients build it from. */
export class ResponseOutput {
  /** The finished items, in the order of their output index. */
  readonly items: WireItem[] = [];
  readonly #options: ResponseOutputOptions;

  constructor(options: ResponseOutputOptions) {
    this.#options = options;
  }

  messageAdded(message: PlacedMessage): void {
    const isText = message.item.medium === 'text';
    this.#itemAdded(agentMessageItem(message.item, null), message.outputIndex);
    this.#options.outlet.send({
      type: 'response.content_part.added',
      ...this.#contentPosition(message),
      part: isText ? { type: 'text', text: '' } : { type: 'audio', transcript: '' },
    });
  }

  text(message: PlacedMessage, delta: string): void {
    const isText = message.item.medium === 'text';
    this.#options.outlet.send({
      type: isText ? 'response.output_text.delta' : 'response.output_audio_transcript.delta',
      ...this.#contentPosition(message),
      delta,
    });
  }

  /** `delta` is base64; with the first of a message the silence before it ends. */
  audio(message: PlacedMessage, delta: string, isFirst: boolean): void {
    const { outlet } = this.#options;
    outlet.send({
      type: 'response.output_audio.delta',
      ...this.#contentPosition(message),
      delta,
    });
    if (isFirst) outlet.flush();
  }

  /** The message ends with the text written so far. */
  messageDone(message: PlacedMessage, text: string, status: ItemStatus): void {
    const { outlet } = this.#options;
    const { item, outputIndex } = message;
    const position = this.#contentPosition(message);
    if (item.medium === 'text') {
      const part = { type: 'text', text } as const;
      outlet.send({ type: 'response.output_text.done', ...position, text });
      outlet.send({ type: 'response.content_part.done', ...position, part });
    } else {
      const part = { type: 'audio', transcript: text } as const;
      outlet.send({ type: 'response.output_audio.done', ...position });
      outlet.send({
        type: 'response.output_audio_transcript.done',
        ...position,
        transcript: text,
      });
      outlet.send({ type: 'response.content_part.done', ...position, part });
    }
    this.#itemDone(agentMessageItem({ ...item, status }, text), outputIndex);
  }

  /** A call from its beginning to its end; the engine wrote its arguments in one go. */
  call(item: ToolCallItem, outputIndex: number): void {
    const { outlet } = this.#options;
    const { callId: call_id, name, arguments: args } = item;
    const position = this.#position(item.id, outputIndex);
    this.#itemAdded(emptyCallItem(item), outputIndex);
    outlet.send({
      type: 'response.function_call_arguments.delta',
      ...position,
      call_id,
      delta: args,
    });
    outlet.send({
      type: 'response.function_call_arguments.done',
      ...position,
      call_id,
      name,
      arguments: args,
    });
    this.#itemDone(wireItemOf(item, { isTranscribed: false }), outputIndex);
  }

  #position(itemId: string, outputIndex: number): OutputPosition {
    const { responseId } = this.#options;
    return { response_id: responseId, item_id: itemId, output_index: outputIndex };
  }

  #contentPosition({ item, outputIndex }: PlacedMessage) {
    return { ...this.#position(item.id, outputIndex), content_index: 0 };
  }

  #itemAdded(item: WireItem, outputIndex: number): void {
    const { outlet, announced, responseId } = this.#options;
    outlet.send({
      type: 'response.output_item.added',
      response_id: responseId,
      output_index: outputIndex,
      item,
    });
    if (!announced) return;
    outlet.send({
      type: 'conversation.item.added',
      item,
      previous_item_id: announced.place(item.id),
    });
  }

  #itemDone(item: WireItem, outputIndex: number): void {
    const { outlet, announced, responseId } = this.#options;
    this.items.push(item);
    // The client may have deleted what was still being made.
    if (announced?.has(item.id)) {
      outlet.send({
        type: 'conversation.item.done',
        item,
        previous_item_id: announced.previousOf(item.id),
      });
    }
    outlet.send({
      type: 'response.output_item.done',
      response_id: responseId,
      output_index: outputIndex,
      item,
    });
  }
}
