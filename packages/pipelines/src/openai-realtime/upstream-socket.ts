import type { IncomingMessage } from 'node:http';
import { parseServerEvent } from '@antiphon/protocol';
import type { ServerEvent, WireClientEvent } from '@antiphon/protocol';
import type { TimerHandle } from '@antiphon/session';
import { WebSocket } from 'ws';
import type { ClientOptions, RawData } from 'ws';
import { PipelineError } from '../pipeline-error.ts';
import { keyHeader, upstreamUrl } from './realtime-settings.ts';
import type { RealtimeUse } from './realtime-settings.ts';
import { closeFault, statusFault, upstreamFault } from './upstream-fault.ts';

/** A minute of G.711, or ten seconds of PCM: an upstream that takes no more for so long is stuck. */
const MAX_BUFFERED_BYTES = 768 * 1024;

/** The largest event is an item with all its audio, which nobody here asks for. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024;

/** Of the body that explains a refusal. */
const MAX_BODY_BYTES = 4096;

/** Then a connection that does not answer its close is gone all the same. */
const CLOSE_MS = 1_000;

/** Whom a socket tells. `lost` is the last, comes once, and not after `close`. */
export interface SocketEvents {
  event(event: ServerEvent): void;
  lost(fault: PipelineError): void;
}

/** One WebSocket to an upstream, from its opening on. */
export class UpstreamSocket {
  readonly #use: RealtimeUse;
  readonly #events: SocketEvents;
  readonly #socket: WebSocket;
  #timer: TimerHandle | null = null;
  /** Something came since the last ping. */
  #isAlive = true;
  #isOver = false;

  constructor(use: RealtimeUse, events: SocketEvents) {
    this.#use = use;
    this.#events = events;
    const options: ClientOptions & { readonly closeTimeout: number } = {
      headers: keyHeader(use.settings),
      perMessageDeflate: false,
      maxPayload: MAX_EVENT_BYTES,
      // A redirect would carry the key to another host.
      followRedirects: false,
      closeTimeout: CLOSE_MS,
    };
    this.#socket = new WebSocket(upstreamUrl(use.settings), options);
    this.#socket.on('open', () => this.#keepAlive());
    this.#socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    this.#socket.on('pong', () => (this.#isAlive = true));
    this.#socket.on('unexpected-response', (_request, response) => this.#refused(response));
    this.#socket.on('error', (cause) => this.#lose(connectionFault(cause)));
    this.#socket.on('close', (code, reason) => this.#lose(closeFault(code, reason.toString())));
  }

  send(event: WireClientEvent): void {
    this.#write(JSON.stringify(event));
  }

  /** Caller audio in base64, which needs no escaping. */
  append(base64: string): void {
    this.#write(`{"type":"input_audio_buffer.append","audio":"${base64}"}`);
  }

  /** Ends it for a reason that is told. */
  fail(fault: PipelineError): void {
    this.#lose(fault);
  }

  /** Ends it; nothing is told. The connection is gone within a second, whatever the upstream does. */
  close(): void {
    this.#isOver = true;
    if (this.#timer !== null) this.#use.clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    else this.#socket.terminate();
  }

  #write(text: string): void {
    if (this.#isOver || this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.#lose(upstreamFault('provider_lost', 'it takes no more data'));
      return;
    }
    this.#socket.send(text);
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return;
    this.#isAlive = true;
    const event = isBinary ? null : parseServerEvent((data as Buffer).toString());
    if (event === null || (event.type === 'unknown' && event.wireType === null)) {
      this.#lose(upstreamFault('provider_garbled', 'a message that is no event'));
    } else if (event.type !== 'unknown') {
      this.#events.event(event);
    } else if (event.reason !== 'the event type is not known') {
      this.#lose(upstreamFault('provider_garbled', event.reason));
    }
  }

  #keepAlive(): void {
    const { clock, timeouts } = this.#use;
    this.#timer = clock.setTimeout(() => {
      if (!this.#isAlive) {
        this.#lose(upstreamFault('provider_lost', 'it answers no ping'));
        return;
      }
      this.#isAlive = false;
      this.#socket.ping();
      this.#keepAlive();
    }, timeouts.pingMs);
  }

  #refused(response: IncomingMessage): void {
    let body = '';
    const tell = (): void => this.#lose(statusFault(response.statusCode ?? 0, body));
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      body += chunk;
      if (body.length > MAX_BODY_BYTES) tell();
    });
    response.on('end', tell);
    response.on('error', tell);
  }

  #lose(fault: PipelineError): void {
    if (this.#isOver) return;
    this.close();
    this.#events.lost(fault);
  }
}

/** Messages of the network may quote headers; their codes do not. */
function connectionFault(cause: Error): PipelineError {
  const { code } = cause as NodeJS.ErrnoException;
  const isGarbage = code?.startsWith('WS_ERR_') ?? false;
  return new PipelineError(
    isGarbage ? 'provider_garbled' : 'provider_lost',
    `the Realtime upstream ${isGarbage ? 'sent no valid WebSocket frame' : 'cannot be reached'} (${code ?? cause.name})`,
  );
}
