import type { IncomingMessage } from 'node:http';
import type { Clock, TimerHandle } from '@antiphon/session';
import { WebSocket } from 'ws';
import type { ClientOptions, RawData } from 'ws';
import type { PipelineError } from '../pipeline-error.ts';
import { closeFault, networkFault, providerFault, statusFault } from './provider-fault.ts';

/** A provider that takes no more for so long is stuck: 20 seconds of PCM16 at 24 kHz. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** The largest frame is a sentence of speech in base64 with its times. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Of the body that explains a refusal. */
const MAX_BODY_BYTES = 4096;

/** Then a connection that does not answer its close is gone all the same. */
const CLOSE_MS = 1_000;

/** A frame of a provider: a JSON object. */
export type SocketFrame = Readonly<Record<string, unknown>>;

/** Where a connection goes to. */
export interface SocketAddress {
  readonly url: string | URL;
  /** They carry the key. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How one connection is opened and kept. */
export interface WarmSocketOptions {
  /** The provider's name, as messages have it. */
  readonly provider: string;
  readonly address: SocketAddress;
  readonly clock: Clock;
  readonly connectMs: number;
  /** Between two pings, and from one to its pong or any other sign of life. */
  readonly pingMs: number;
  /** Text sent as soon as it is open, before anything else. */
  readonly greeting?: string;
  /** Text sent before it is closed from here. */
  readonly farewell?: string;
}

/** Whom a connection tells. `lost` is the last, comes once, and not after `close`. */
export interface WarmSocketEvents {
  opened(): void;
  frame(frame: SocketFrame): void;
  lost(fault: PipelineError): void;
}

/** One WebSocket to a provider that sends JSON in text frames. */
export class WarmSocket {
  readonly #options: WarmSocketOptions;
  readonly #events: WarmSocketEvents;
  readonly #socket: WebSocket;
  readonly #gone: Promise<void>;
  #timer: TimerHandle;
  /** Something came since the last ping. */
  #isAlive = true;
  #isOver = false;

  constructor(options: WarmSocketOptions, events: WarmSocketEvents) {
    this.#options = options;
    this.#events = events;
    const { provider, address, clock, connectMs } = options;
    const wire: ClientOptions & { readonly closeTimeout: number } = {
      headers: { ...address.headers },
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      // A redirect would carry the key to another host.
      followRedirects: false,
      closeTimeout: CLOSE_MS,
    };
    this.#socket = new WebSocket(address.url, wire);
    this.#timer = clock.setTimeout(() => {
      this.fail(providerFault(provider, 'provider_timeout', `no connection in ${connectMs} ms`));
    }, connectMs);
    this.#gone = new Promise((resolve) => {
      this.#socket.on('close', () => resolve());
    });
    this.#socket.on('open', () => this.#opened());
    this.#socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    this.#socket.on('pong', () => (this.#isAlive = true));
    this.#socket.on('unexpected-response', (_request, response) => this.#refused(response));
    this.#socket.on('error', (cause) => this.fail(networkFault(provider, cause)));
    this.#socket.on('close', (code, reason) =>
      this.fail(closeFault(provider, code, reason.toString())),
    );
  }

  get isOpen(): boolean {
    return !this.#isOver && this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends text, or bytes as they are, once it is open; before and after it does nothing. */
  send(data: string | Uint8Array): void {
    if (!this.isOpen) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      const { provider } = this.#options;
      const fault = providerFault(provider, 'provider_lost', 'it takes no more data');
      queueMicrotask(() => this.fail(fault));
      return;
    }
    this.#socket.send(data);
  }

  /** Ends it for a reason that is told. */
  fail(fault: PipelineError): void {
    if (this.#isOver) return;
    void this.close();
    this.#events.lost(fault);
  }

  /** Ends it; nothing is told. Resolves when it is gone, which takes a second at most. */
  close(): Promise<void> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#options.clock.clearTimeout(this.#timer);
      if (this.#socket.readyState === WebSocket.OPEN) {
        const { farewell } = this.#options;
        if (farewell !== undefined) this.#socket.send(farewell);
        this.#socket.close(1000);
      } else this.#socket.terminate();
    }
    return this.#gone;
  }

  #opened(): void {
    if (this.#isOver) return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#keepAlive();
    if (this.#options.greeting !== undefined) this.#socket.send(this.#options.greeting);
    this.#events.opened();
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return;
    this.#isAlive = true;
    const frame = isBinary ? null : parsed((data as Buffer).toString());
    if (frame) this.#events.frame(frame);
    else {
      const { provider } = this.#options;
      this.fail(providerFault(provider, 'provider_garbled', 'a frame that is no JSON object'));
    }
  }

  #keepAlive(): void {
    const { clock, provider, pingMs } = this.#options;
    this.#timer = clock.setTimeout(() => {
      if (!this.#isAlive) {
        this.fail(providerFault(provider, 'provider_lost', 'it answers no ping'));
        return;
      }
      this.#isAlive = false;
      this.#socket.ping();
      this.#keepAlive();
    }, pingMs);
  }

  #refused(response: IncomingMessage): void {
    let body = '';
    const tell = (): void => {
      this.fail(statusFault(this.#options.provider, response.statusCode ?? 0, body));
    };
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      body += chunk;
      if (body.length > MAX_BODY_BYTES) tell();
    });
    response.on('end', tell);
    response.on('error', tell);
  }
}

function parsed(text: string): SocketFrame | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as SocketFrame) : null;
  } catch {
    return null;
  }
}
