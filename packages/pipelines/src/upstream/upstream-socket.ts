import type { IncomingMessage } from 'node:http';
import type { Clock, TimerHandle } from '@antiphon/session';
import { WebSocket } from 'ws';
import type { ClientOptions, RawData } from 'ws';
import { PipelineError } from '../pipeline-error.ts';
import { providerFault } from './provider-fault.ts';

/** A minute of G.711, or ten seconds of PCM: an upstream that takes no more for so long is stuck. */
const MAX_BUFFERED_BYTES = 768 * 1024;

/** The largest message is an item with all its audio, which nobody here asks for. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Of the body that explains a refusal. */
const MAX_BODY_BYTES = 4096;

/** Then a connection that does not answer its close is gone all the same. */
const CLOSE_MS = 1_000;

/** Tells the answer to a probe from others. */
const PROBE = 'probe';

/** Where a socket goes and whom it tells. `lost` is the last, comes once, and not after `close`. */
export interface UpstreamSocketOptions {
  /** What messages call the other end, such as `the Realtime upstream`. */
  readonly provider: string;
  readonly url: URL;
  /** With the key, which is told to nobody else. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Between two pings, and from one to the next thing heard. */
  readonly pingMs: number;
  opened(): void;
  message(text: string, isBinary: boolean): void;
  lost(fault: PipelineError): void;
  /** What a refused upgrade means, by its status and the beginning of its body. */
  statusFault(status: number, body: string): PipelineError;
  /** What the end of a connection means. */
  closeFault(code: number, reason: string): PipelineError;
}

/** One WebSocket to an upstream, from its opening on. */
export class UpstreamSocket {
  readonly #options: UpstreamSocketOptions;
  readonly #socket: WebSocket;
  #timer: TimerHandle | null = null;
  #probe: TimerHandle | null = null;
  /** Something came since the last ping. */
  #isAlive = true;
  #isOver = false;

  constructor(options: UpstreamSocketOptions) {
    this.#options = options;
    const client: ClientOptions & { readonly closeTimeout: number } = {
      headers: options.headers,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      // A redirect would carry the key to another host.
      followRedirects: false,
      closeTimeout: CLOSE_MS,
    };
    this.#socket = new WebSocket(options.url, client);
    this.#socket.on('open', () => this.#open());
    this.#socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    this.#socket.on('pong', (data) => {
      this.#isAlive = true;
      if (data.toString() === PROBE) this.#stopProbe();
    });
    this.#socket.on('unexpected-response', (_request, response) => this.#refused(response));
    this.#socket.on('error', (cause) => this.#lose(this.#connectionFault(cause)));
    this.#socket.on('close', (code, reason) =>
      this.#lose(options.closeFault(code, reason.toString())),
    );
  }

  /** Sends a text; one that finds no open connection is not sent. */
  send(text: string): void {
    if (this.#isOver || this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.#lose(providerFault(this.#options.provider, 'provider_lost', 'it takes no more data'));
      return;
    }
    // Of bytes ws makes one piece with its header, of a text two.
    this.#socket.send(Buffer.from(text), { binary: false });
  }

  /** Asks for a sign of life; the connection is lost where none comes in time. */
  probe(withinMs: number): void {
    if (this.#isOver || this.#probe !== null) return;
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    // What is heard first may have been on its way for longer than the connection is dead.
    this.#socket.ping(PROBE);
    this.#probe = this.#options.clock.setTimeout(() => this.#lose(this.#silence), withinMs);
  }

  /** Ends it for a reason that is told. */
  fail(fault: PipelineError): void {
    this.#lose(fault);
  }

  /** Ends it; nothing is told. The connection is gone within a second, whatever the upstream does. */
  close(): void {
    this.#isOver = true;
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#stopProbe();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    else this.#socket.terminate();
  }

  #open(): void {
    if (this.#isOver) return;
    this.#keepAlive();
    this.#options.opened();
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return;
    this.#isAlive = true;
    this.#options.message((data as Buffer).toString(), isBinary);
  }

  get #silence(): PipelineError {
    return providerFault(this.#options.provider, 'provider_lost', 'it answers no ping');
  }

  #stopProbe(): void {
    if (this.#probe !== null) this.#options.clock.clearTimeout(this.#probe);
    this.#probe = null;
  }

  #keepAlive(): void {
    const { clock, pingMs } = this.#options;
    this.#timer = clock.setTimeout(() => {
      if (!this.#isAlive) {
        this.#lose(this.#silence);
        return;
      }
      this.#isAlive = false;
      this.#socket.ping();
      this.#keepAlive();
    }, pingMs);
  }

  #refused(response: IncomingMessage): void {
    let body = '';
    const tell = (): void => this.#lose(this.#options.statusFault(response.statusCode ?? 0, body));
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
    this.#options.lost(fault);
  }

  /** Messages of the network may quote headers; their codes do not. */
  #connectionFault(cause: Error): PipelineError {
    const { code } = cause as NodeJS.ErrnoException;
    const isGarbage = code?.startsWith('WS_ERR_') ?? false;
    const { provider } = this.#options;
    return new PipelineError(
      isGarbage ? 'provider_garbled' : 'provider_lost',
      `${provider} ${isGarbage ? 'sent no valid WebSocket frame' : 'cannot be reached'} (${code ?? cause.name})`,
    );
  }
}
