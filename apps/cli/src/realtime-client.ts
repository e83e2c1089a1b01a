import type { ServerEvent, SessionObject, WireClientEvent } from '@antiphon/protocol';
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
  onEvent(event: ServerEvent): void;
  onClosed(closed: ClosedConnection): void;
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
  static async open(options: RealtimeClientOptions): Promise<RealtimeClient> {
    const socket = await openSocket(options.address, options.key);
    return new Promise((resolve, reject) => {
      let isOpen = false;
      const refuse = (reason: string): void => {
        clearTimeout(timer);
        reject(new CliError('server_refused', reason));
        socket.terminate();
      };
      const timer = setTimeout(
        () => refuse(`${options.address.host} accepted the connection and created no session.`),
        SESSION_TIMEOUT_MS,
      );
      socket.on('message', (data) => {
        const event = parseServerEvent(String(data));
        if (event.type === 'unknown') return;
        if (isOpen) options.onEvent(event);
        else if (event.type === 'error') refuse(`The server refused: ${event.error.message}`);
        else if (event.type === 'session.created') {
          isOpen = true;
          clearTimeout(timer);
          resolve(new RealtimeClient(socket, event.session));
        }
      });
      socket.on('close', (code, reason) => {
        if (isOpen) options.onClosed({ code, reason: reason.toString() });
        else refuse(`The server closed the connection: ${code} ${reason.toString()}`);
      });
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
