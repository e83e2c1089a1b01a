import { parseServerEvent } from '@antiphon/protocol';
import type { ServerEvent, WireClientEvent } from '@antiphon/protocol';
import type { PipelineError } from '../pipeline-error.ts';
import { UpstreamSocket } from '../upstream/upstream-socket.ts';
import { keyHeader, upstreamUrl } from './realtime-settings.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { closeFault, statusFault, UPSTREAM, upstreamFault } from './upstream-fault.ts';

/** Whom a socket tells. `lost` is the last, comes once, and not after `close`. */
export interface EventSocketListener {
  event(event: ServerEvent): void;
  lost(fault: PipelineError): void;
}

/** One WebSocket to a Realtime upstream, from its opening on. */
export class EventSocket {
  readonly #listener: EventSocketListener;
  readonly #socket: UpstreamSocket;

  constructor({ settings, clock, timeouts }: RealtimeUse, listener: EventSocketListener) {
    this.#listener = listener;
    this.#socket = new UpstreamSocket({
      provider: UPSTREAM,
      url: upstreamUrl(settings),
      headers: keyHeader(settings),
      clock,
      pingMs: timeouts.pingMs,
      opened: () => {},
      message: (text, isBinary) => this.#take(isBinary ? null : text),
      lost: (fault) => listener.lost(fault),
      statusFault,
      closeFault,
    });
  }

  send(event: WireClientEvent): void {
    this.#socket.send(JSON.stringify(event));
  }

  /** Caller audio in base64, which needs no escaping. */
  append(base64: string): void {
    this.#socket.send(`{"type":"input_audio_buffer.append","audio":"${base64}"}`);
  }

  /** Asks for a sign of life; it is lost where none comes in time. */
  probe(withinMs: number): void {
    this.#socket.probe(withinMs);
  }

  /** Ends it for a reason that is told. */
  fail(fault: PipelineError): void {
    this.#socket.fail(fault);
  }

  /** Ends it; nothing is told. The connection is gone within a second, whatever the upstream does. */
  close(): void {
    this.#socket.close();
  }

  #take(text: string | null): void {
    const event = text === null ? null : parseServerEvent(text);
    if (event === null || (event.type === 'unknown' && event.wireType === null)) {
      this.fail(upstreamFault('provider_garbled', 'a message that is no event'));
    } else if (event.type !== 'unknown') {
      this.#listener.event(event);
    } else if (event.reason !== 'the event type is not known') {
      this.fail(upstreamFault('provider_garbled', event.reason));
    }
  }
}
