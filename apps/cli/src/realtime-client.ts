import type { ErrorEvent, ServerEvent, SessionObject, WireClientEvent } from '@antiphon/protocol';
import { parseServerEvent } from '@antiphon/protocol';
import type { WebSocket } from 'ws';
import { CliError } from './cli-error.ts';
import { openSocket } from './open-socket.ts';

/** A server that accepted a connection creates its session at once. */
const SESSION_TIMEOUT_MS = 10_000;

/** How a connection ended. */
export interface ClosedConnection {
  /** The WebSocket close code; 1006 when there was none. */
  readonly code: number;
  readonly reason: string;
}

/** Where to connect and whom to tell. */
export interface RealtimeClientOptions {
  readonly address: URL;
  readonly key: string;
  /** Every event after `session.created`. */
  readonly onEvent: (event: ServerEvent) => void;
  readonly onClosed: (closed: ClosedConnection) => void;
}

/**
 * A session over the Realtime wire protocol, as a stock client holds it.
 * @see https://platform.openai.com/docs/api-reference/realtime
 */
export class RealtimeClient {
  readonly session: SessionObject;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, session: SessionObject) {
    this.#socket = socket;
    this.session = session;
  }

  /**
   * Connects and waits for the session. Rejects with `server_unreachable`, or `server_refused`
   * with the words of the server.
   */
  static open(options: RealtimeClientOptions): Promise<RealtimeClient> {
    return new Promise((resolve, reject) => {
      const greeting = new SessionGreeting(options);
      const { host } = options.address;
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
        void socket.then(
          (opened) => opened.terminate(),
          () => {},
        );
      };
      const timer = setTimeout(() => {
        fail(
          new CliError('server_refused', `${host} accepted the connection and made no session.`),
        );
      }, SESSION_TIMEOUT_MS);
      const socket = openSocket(options, {
        onMessage: (data) => greeting.take(data),
        onClosed: (code, reason) => greeting.closed({ code, reason }),
      });
      Promise.all([socket, greeting.session]).then(([opened, session]) => {
        clearTimeout(timer);
        resolve(new RealtimeClient(opened, session));
      }, fail);
    });
  }

  send(event: WireClientEvent): void {
    this.#socket.send(JSON.stringify(event));
  }

  /** Sends caller audio in the session's input format. */
  appendAudio(bytes: Uint8Array): void {
    const audio = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
    this.send({ type: 'input_audio_buffer.append', audio });
  }

  /** Hangs up; `onClosed` follows. */
  close(): void {
    this.#socket.close(1000);
  }

  /** Ends the connection without waiting for the other side. */
  terminate(): void {
    this.#socket.terminate();
  }
}

/** Waits for the session among what a new connection says, and then passes everything on. */
class SessionGreeting {
  readonly session: Promise<SessionObject>;
  readonly #options: RealtimeClientOptions;
  #resolve: (session: SessionObject) => void = () => {};
  #reject: (error: CliError) => void = () => {};
  #isOver = false;

  constructor(options: RealtimeClientOptions) {
    this.#options = options;
    this.session = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  take(data: Buffer): void {
    const event = parseServerEvent(data.toString());
    if (event.type === 'unknown') return;
    if (this.#isOver) this.#options.onEvent(event);
    else if (event.type === 'error') this.#refuse(refusalOf(event));
    else if (event.type === 'session.created') {
      this.#isOver = true;
      this.#resolve(event.session);
    }
  }

  closed(closed: ClosedConnection): void {
    if (this.#isOver) this.#options.onClosed(closed);
    else this.#refuse(`The server closed the connection: ${closed.code} ${closed.reason}`);
  }

  #refuse(message: string): void {
    this.#reject(new CliError('server_refused', message));
  }
}

/** The server's own words, and what to do about those that are about the key. */
function refusalOf({ error }: ErrorEvent): string {
  const advice =
    error.code === 'invalid_api_key' ? ' Give the right one with --key or ANTIPHON_API_KEY.' : '';
  return `The server refused: ${error.message}${advice}`;
}
