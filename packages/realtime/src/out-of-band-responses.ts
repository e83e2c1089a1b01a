import { StreamingResampler } from '@antiphon/audio';
import { newId, protocolErrors } from '@antiphon/protocol';
import type { ProtocolFault, SessionConfig as WireConfig } from '@antiphon/protocol';
import { NO_USAGE } from '@antiphon/session';
import type { AnswerOptions, OutOfBandEvent, SessionControl } from '@antiphon/session';
import { base64Audio } from './base64-audio.ts';
import type { EventOutlet } from './event-outlet.ts';
import { responseShape } from './response-shape.ts';
import type { ResponseShape } from './response-shape.ts';
import { WireResponse } from './wire-response.ts';
import type { GenerationEnd } from './wire-response.ts';

/** What responses out of band need. */
export interface OutOfBandResponsesOptions {
  readonly outlet: EventOutlet;
  readonly control: () => SessionControl;
  /** The wire's configuration of this moment. */
  readonly config: () => WireConfig;
}

/**
 * Responses with `conversation: "none"`: made beside the conversation, concurrent with its
 * responses, stopped by no caller speech. Their audio is sent as it is made, since nobody plays it
 * as the agent's turn.
 */
export class OutOfBandResponses {
  readonly #options: OutOfBandResponsesOptions;
  readonly #open = new Map<string, OutOfBandResponse>();

  constructor(options: OutOfBandResponsesOptions) {
    this.#options = options;
  }

  create(options: AnswerOptions): ProtocolFault | null {
    const { outlet, control, config } = this.#options;
    const response = new OutOfBandResponse(outlet, responseShape(null, config(), options));
    const rejection = control().answerOutOfBand(response.id, options, (event) => {
      response.hear(event);
      if (response.isDone) this.#open.delete(response.id);
    });
    if (rejection?.code === 'tooManyOutOfBand') {
      return protocolErrors.rateLimitExceeded(
        `${rejection.max} responses out of band are being made, the most there may be`,
      );
    }
    if (rejection) return null;
    response.tell();
    if (!response.isDone) this.#open.set(response.id, response);
    return null;
  }

  /** Cancels it; false when it is not being made. */
  cancel(responseId: string): boolean {
    const response = this.#open.get(responseId);
    if (!response) return false;
    this.#open.delete(responseId);
    this.#options.control().cancelOutOfBand(responseId);
    response.stop('client');
    return true;
  }

  /** The session has ended, and makes nothing any more. */
  close(): void {
    for (const response of this.#open.values()) response.stop('sessionEnded');
    this.#open.clear();
  }
}

class OutOfBandResponse {
  readonly #response: WireResponse;
  readonly #shape: ResponseShape;
  #itemId: string | null = null;
  #resample: StreamingResampler | null = null;
  #sentMs = 0;
  #isToldOf = false;

  constructor(outlet: EventOutlet, shape: ResponseShape) {
    this.#shape = shape;
    this.#response = new WireResponse({
      generationId: '',
      kind: 'answer',
      shape,
      outlet,
      announced: null,
    });
  }

  get id(): string {
    return this.#response.id;
  }

  get isDone(): boolean {
    return this.#response.isDone;
  }

  hear(event: OutOfBandEvent): void {
    this.tell();
    switch (event.type) {
      case 'generation.text':
        this.#openMessage();
        this.#response.addText(event.delta);
        return;
      case 'generation.words':
        return;
      case 'generation.audio': {
        this.#openMessage();
        const { rate } = this.#shape.outputFormat;
        this.#resample ??= new StreamingResampler(event.sampleRate, rate);
        this.#send(this.#resample.process(event.pcm));
        return;
      }
      case 'generation.toolCall': {
        const { callId, name, arguments: args } = event;
        const id = newId('item');
        this.#response.addItem({
          kind: 'toolCall',
          id,
          status: 'completed',
          callId,
          name,
          arguments: args === '' ? '{}' : args,
        });
        return;
      }
      case 'generation.ended':
        if (this.#resample) this.#send(this.#resample.flush());
        this.#end({ ...event, cancelReason: null, error: event.error ?? null });
    }
  }

  stop(cancelReason: 'client' | 'sessionEnded'): void {
    this.tell();
    this.#end({ outcome: 'cancelled', cancelReason, usage: NO_USAGE, error: null });
  }

  /** Tells the client of it, once. */
  tell(): void {
    if (this.#isToldOf) return;
    this.#isToldOf = true;
    this.#response.open();
  }

  #openMessage(): void {
    if (this.#itemId !== null) return;
    this.#itemId = newId('item');
    this.#response.addItem({
      kind: 'message',
      id: this.#itemId,
      speaker: 'agent',
      medium: this.#shape.outputModality,
      status: 'inProgress',
      text: '',
      audioMs: 0,
    });
  }

  #send(pcm: Int16Array): void {
    if (pcm.length === 0) return;
    const { encoding, rate } = this.#shape.outputFormat;
    this.#sentMs += (pcm.length * 1000) / rate;
    this.#response.addAudio(base64Audio(pcm, encoding), this.#sentMs);
  }

  #end(end: Omit<GenerationEnd, 'audioMs'>): void {
    this.#response.end({ ...end, audioMs: this.#sentMs });
  }
}
