import { encodeServerEvent, errorEvent, stampServerEvent } from '@antiphon/protocol';
import type { Dialect, ProtocolFault, ServerEvent, ServerEventBody } from '@antiphon/protocol';

/** The client's end of the wire; calls come from the connection and do not throw. */
export interface RealtimeSocket {
  /** Sends one text frame; it may wait for the end of the event loop's turn, in its order. */
  send(text: string): void;
  /** What waits goes out now. */
  flush?(): void;
  /** Starts the closing handshake; `reason` is at most 123 bytes of UTF-8. */
  close(code: number, reason: string): void;
  /** Bytes given to `send` that the network has not taken yet. */
  readonly bufferedBytes: number;
}

/**
 * Ten seconds of speech, the most that is sent ahead, are 640 KB of base64. A client that is
 * behind by twelve times as much does not read any more, and is closed.
 */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** The close code for a client that breaks a rule of the server, here that of keeping up. */
const POLICY_VIOLATION = 1008;

/** Members that clients of the beta dialect write elsewhere than those of GA. */
const BETA_PARAMS: Readonly<Record<string, string>> = {
  'response.audio.output.voice': 'response.voice',
  'response.audio.output.format': 'response.output_audio_format',
  'session.audio.output.format': 'session.output_audio_format',
};

/** A fault that names the member where a client of the beta dialect wrote it. */
function inBeta(fault: ProtocolFault): ProtocolFault {
  const param = BETA_PARAMS[fault.param ?? ''];
  if (param === undefined || fault.param === null) return fault;
  return { ...fault, param, message: fault.message.replaceAll(fault.param, param) };
}

/** What an outlet needs. */
export interface EventOutletOptions {
  readonly socket: RealtimeSocket;
  readonly dialect: Dialect;
  /** The client was closed because it does not read; called inside a `send`. */
  readonly onOverflow: () => void;
}

/** Writes server events to one client, in its dialect, until it is closed. */
export class EventOutlet {
  /** May change once, before anything but `session.created` was sent. */
  dialect: Dialect;
  readonly #options: EventOutletOptions;
  #isOpen = true;

  constructor(options: EventOutletOptions) {
    this.#options = options;
    this.dialect = options.dialect;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends the event with a fresh id; one that the dialect does not have is left out. */
  send(body: ServerEventBody): void {
    this.#write(stampServerEvent(body));
  }

  /** Answers the client's event of this id with an error. */
  sendError(fault: ProtocolFault, eventId: string | null): void {
    this.#write(errorEvent({ ...(this.dialect === 'beta' ? inBeta(fault) : fault), eventId }));
  }

  /** Sends an event that has its id. */
  sendStamped(event: ServerEvent): void {
    this.#write(event);
  }

  /** What was sent goes out now: nobody is to wait for it. */
  flush(): void {
    if (this.#isOpen) this.#options.socket.flush?.();
  }

  /** Closes the socket; nothing is sent afterwards. */
  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.socket.close(code, reason);
  }

  /** The socket is gone; nothing is sent any more. */
  socketClosed(): void {
    this.#isOpen = false;
  }

  #write(event: ServerEvent): void {
    if (!this.#isOpen) return;
    const { socket, onOverflow } = this.#options;
    if (socket.bufferedBytes > MAX_BUFFERED_BYTES) {
      this.close(
        POLICY_VIOLATION,
        'The client does not read: 8 MiB wait to be sent. Read faster, or reconnect.',
      );
      onOverflow();
      return;
    }
    const text = encodeServerEvent(event, this.dialect);
    if (text !== null) socket.send(text);
  }
}
