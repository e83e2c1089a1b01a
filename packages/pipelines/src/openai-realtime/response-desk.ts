import type { ResponseObject, ServerEvent, WireClientEvent } from '@antiphon/protocol';
import type { RequestTime } from '@antiphon/session';
import type { PipelineError } from '../pipeline-error.ts';
import type { UpstreamFormat } from './caller-audio.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { upstreamFault, wireFault } from './upstream-fault.ts';
import type { UpstreamLink } from './upstream-link.ts';
import { UpstreamResponse } from './upstream-response.ts';
import type { ResponseListener } from './upstream-response.ts';

/** By this an accepted response is known to be the one asked for. */
const TAG = 'antiphon';

/** What a response is asked for with. */
export type ResponseRequest = NonNullable<
  Extract<WireClientEvent, { type: 'response.create' }>['response']
>;

/** What {@link ResponseDesk} needs. */
export interface ResponseDeskOptions extends RealtimeUse {
  readonly link: UpstreamLink;
  /** No response is being made any more. */
  readonly onRest: () => void;
  /** One came to nothing before the upstream's last word on it. */
  readonly onFailed: (time: RequestTime) => void;
}

interface Asked {
  readonly eventId: string;
  readonly response: UpstreamResponse;
}

/**
 * Asks the upstream for responses and takes what comes of them. One that was stopped may go on for
 * a round trip; what it brings then is dropped, and so is all of a response that nobody asked for.
 */
export class ResponseDesk {
  readonly #options: ResponseDeskOptions;
  /** Asked for and not accepted, oldest first. */
  #asked: Asked[] = [];
  readonly #active = new Map<string, UpstreamResponse | null>();
  #count = 0;

  constructor(options: ResponseDeskOptions) {
    this.#options = options;
  }

  /** Whether the upstream is, or may be, making one. */
  get isBusy(): boolean {
    return this.#asked.length > 0 || this.#active.size > 0;
  }

  /** Asks for one. The upstream makes one at a time, so nothing may be busy. */
  ask(
    request: ResponseRequest,
    format: UpstreamFormat,
    listener: ResponseListener,
  ): UpstreamResponse {
    const { link } = this.#options;
    const eventId = `response_${++this.#count}`;
    const response: UpstreamResponse = new UpstreamResponse({
      ...this.#options,
      format,
      listener,
      onStalled: (isAccepted) => this.#stalled(response, isAccepted),
    });
    this.#asked.push({ eventId, response });
    link.send({
      type: 'response.create',
      event_id: eventId,
      response: { ...request, metadata: { [TAG]: eventId } },
    });
    return response;
  }

  /** Stops one; nothing more is told of it. */
  cancel(response: UpstreamResponse): void {
    if (response.isSilenced) return;
    response.silence();
    this.#sendCancel(response.id);
  }

  /** What a response took whose end is to be taken next; null where it was stopped, or is nobody's. */
  timeAt(done: ResponseObject): RequestTime | null {
    return this.#active.get(done.id)?.timeAt(done) ?? null;
  }

  /** Takes an event of the upstream; false when it is about no response. */
  take(event: ServerEvent): boolean {
    switch (event.type) {
      case 'response.created':
        this.#accept(event.response);
        return true;
      case 'response.done':
        this.#finish(event.response);
        return true;
      case 'error':
        return this.#refused(event.error);
      default:
        if (!('response_id' in event)) return false;
        this.#active.get(event.response_id)?.take(event);
        return true;
    }
  }

  /** The upstream session is gone: what was being made comes to nothing. */
  lost(fault: PipelineError): void {
    const open = [...this.#asked.map(({ response }) => response), ...this.#active.values()];
    this.#asked = [];
    this.#active.clear();
    for (const response of open) response?.fail(fault);
  }

  close(): void {
    for (const { response } of this.#asked) response.close();
    for (const response of this.#active.values()) response?.close();
    this.#asked = [];
    this.#active.clear();
  }

  #accept(created: ResponseObject): void {
    const tag = created.metadata?.[TAG];
    const index = this.#asked.findIndex(({ eventId }) => eventId === (tag ?? eventId));
    const [asked] = index < 0 ? [] : this.#asked.splice(index, 1);
    this.#active.set(created.id, asked?.response ?? null);
    asked?.response.accept(created);
    // Stopped before it was accepted, or nobody's.
    if (!asked) this.#sendCancel(created.id);
  }

  #finish(done: ResponseObject): void {
    const response = this.#active.get(done.id);
    if (!this.#active.delete(done.id)) return;
    response?.finish(done);
    this.#rest();
  }

  #refused(error: Extract<ServerEvent, { type: 'error' }>['error']): boolean {
    if (error.code === 'response_cancel_not_active') return true;
    const index = this.#asked.findIndex(({ eventId }) => eventId === error.event_id);
    // An upstream that does not say which event it means cannot mean one that it has accepted.
    const isUntold = index < 0 && error.event_id === null && this.#asked.length === 1;
    const [asked] = index < 0 && !isUntold ? [] : this.#asked.splice(Math.max(0, index), 1);
    if (!asked) return false;
    asked.response.fail(wireFault(error));
    this.#rest();
    return true;
  }

  #stalled(response: UpstreamResponse, isAccepted: boolean): void {
    if (isAccepted) {
      response.silence();
      this.#sendCancel(response.id);
      return;
    }
    // It neither begins nor ends a response within a round trip.
    this.#options.link.fail(upstreamFault('provider_timeout', 'it does not react'));
  }

  #sendCancel(id: string | null): void {
    this.#options.link.send({ type: 'response.cancel', ...(id !== null && { response_id: id }) });
  }

  #rest(): void {
    if (!this.isBusy) this.#options.onRest();
  }
}
