import { itemObject, protocolErrors } from '@antiphon/protocol';
import type { ClientEvent, ProtocolFault } from '@antiphon/protocol';
import type { Rejection, SessionControl } from '@antiphon/session';
import type { AnswerDesk } from './answer-desk.ts';
import type { ConversationEvents } from './conversation-events.ts';
import type { EventOutlet } from './event-outlet.ts';
import { newItemFromWire } from './new-items.ts';
import type { RealtimeLeg } from './realtime-leg.ts';
import type { OutOfBandResponses } from './out-of-band-responses.ts';
import { faultOfRejection } from './rejection-faults.ts';
import type { RefusedEvent } from './rejection-faults.ts';
import { contextFromInput } from './response-input.ts';
import type { ResponseSequencer } from './response-sequencer.ts';
import type { WireSession } from './wire-session.ts';

/** What client events reach. */
export interface ClientCommandsOptions {
  readonly outlet: EventOutlet;
  readonly leg: RealtimeLeg;
  readonly wire: WireSession;
  readonly control: () => SessionControl;
  readonly conversation: ConversationEvents;
  readonly responses: ResponseSequencer;
  readonly answers: AnswerDesk;
  readonly outOfBand: OutOfBandResponses;
  /** The client has configured the session, or sends audio. */
  readonly onReady: () => void;
}

type EventOf<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>;

/** Carries out what a client asks for. */
export class ClientCommands {
  readonly #options: ClientCommandsOptions;
  #isConfigured = false;
  #isStopping = false;

  constructor(options: ClientCommandsOptions) {
    this.#options = options;
  }

  /** Whether the client is stopping an answer right now. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Carries out the event; returns what is wrong with it, and then nothing was done. */
  carryOut(event: ClientEvent): ProtocolFault | null {
    const { leg, outlet, onReady, control, conversation } = this.#options;
    switch (event.type) {
      case 'session.update':
      case 'transcription_session.update':
        return this.#update(event);
      case 'input_audio_buffer.append': {
        const fault = leg.hear(event.audio);
        if (!fault) onReady();
        return fault;
      }
      case 'input_audio_buffer.commit':
        return this.#faultOf(event.type, control().commitAudio());
      case 'input_audio_buffer.clear':
        control().clearAudio();
        outlet.send({ type: 'input_audio_buffer.cleared' });
        return null;
      case 'output_audio_buffer.clear':
        return protocolErrors.outputBufferNotOnWebSocket();
      case 'conversation.item.create':
        return this.#create(event);
      case 'conversation.item.retrieve': {
        const item = control().item(event.itemId);
        if (!item) return protocolErrors.itemNotFound('retrieve', event.itemId);
        conversation.retrieved(item);
        return null;
      }
      case 'conversation.item.delete':
        return this.#faultOf(event.type, control().deleteItem(event.itemId));
      case 'conversation.item.truncate':
        return this.#truncate(event);
      case 'response.create':
        return this.#respond(event);
      case 'response.cancel':
        return this.#cancel(event);
      case 'antiphon.dtmf':
        leg.press(event.digit);
        return null;
    }
  }

  #update(event: EventOf<'session.update' | 'transcription_session.update'>): ProtocolFault | null {
    const { outlet, wire, leg, control, onReady } = this.#options;
    const isBeta = event.shape === 'beta' || event.type === 'transcription_session.update';
    if (!this.#isConfigured && isBeta) outlet.dialect = 'beta';
    const update = wire.update(event.session, {
      hasSpoken: leg.hasSpoken,
      hasItems: control().items().length > 0,
    });
    if (!update.ok) return update.fault;
    this.#isConfigured = true;
    const fault = this.#faultOf(event.type, control().configure(update.config));
    if (fault) return fault;
    if (update.contactEmail !== null) control().setContact(update.contactEmail);
    outlet.send({ type: 'session.updated', session: wire.object() });
    onReady();
    return null;
  }

  #create({
    item,
    previousItemId,
    type,
  }: EventOf<'conversation.item.create'>): ProtocolFault | null {
    const { conversation, control, answers } = this.#options;
    const reading = newItemFromWire(item);
    if (!reading.ok) return reading.fault;
    answers.itemComing(reading.item);
    const afterId = previousItemId === 'root' ? null : previousItemId;
    const { id } = reading.item;
    return this.#faultOf(
      type,
      conversation.keepParts(id, messageOf(item, id), () =>
        control().addItem(reading.item, afterId),
      ),
    );
  }

  #respond({ response }: EventOf<'response.create'>): ProtocolFault | null {
    const { wire, control, answers, outOfBand } = this.#options;
    const request = wire.answerOptions(response);
    if (!request.ok) return request.fault;
    const reading = response.input && contextFromInput(response.input, control());
    if (reading && !reading.ok) return reading.fault;
    const options = { ...request.options, ...(reading && { context: reading.context }) };
    return response.conversation === 'none' ? outOfBand.create(options) : answers.request(options);
  }

  #truncate(event: EventOf<'conversation.item.truncate'>): ProtocolFault | null {
    const { conversation, control } = this.#options;
    const { itemId, contentIndex, audioEndMs, type } = event;
    if (contentIndex !== 0 && control().item(itemId)) {
      return protocolErrors.noSuchAudioPart(contentIndex);
    }
    const truncate = () => this.#stopping(() => control().truncateItem(itemId, audioEndMs));
    return this.#faultOf(type, conversation.replyToTruncate(itemId, truncate));
  }

  #cancel({ responseId, type }: EventOf<'response.cancel'>): ProtocolFault | null {
    const { responses, control, outOfBand } = this.#options;
    if (responseId !== undefined && outOfBand.cancel(responseId)) return null;
    const { current } = responses;
    if (!current || (responseId !== undefined && responseId !== current.id)) {
      return protocolErrors.cancelNotActive();
    }
    const refusal = this.#stopping(() => control().cancelAnswer());
    const sent = current.sentAudio;
    if (refusal?.code !== 'noAnswerActive' || !sent) return this.#faultOf(type, refusal);
    // Nothing is being made any more, but there is audio to be sent. What the client has, it plays.
    const stop = () => control().truncateItem(sent.itemId, Math.floor(sent.sentMs));
    const stopRefusal = this.#stopping(stop);
    // An item that the client has deleted cannot be cut any more, and is heard to its end.
    return stopRefusal?.code === 'itemNotFound'
      ? protocolErrors.cancelNotActive()
      : this.#faultOf(type, stopRefusal);
  }

  #stopping<Result>(stop: () => Result): Result {
    this.#isStopping = true;
    try {
      return stop();
    } finally {
      this.#isStopping = false;
    }
  }

  #faultOf(type: RefusedEvent, rejection: Rejection | null): ProtocolFault | null {
    return rejection && faultOfRejection(rejection, type, this.#options.responses.lastId);
  }
}

/** A new message as the client is shown it; null for other items. */
function messageOf(item: EventOf<'conversation.item.create'>['item'], id: string) {
  if (item.type !== 'message') return null;
  const wire = itemObject({ ...item, id, status: 'completed' });
  return wire.type === 'message' ? wire : null;
}
