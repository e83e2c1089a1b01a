import type { FeedEvent } from '@antiphon/observability';
import { feedEventSchema } from '@antiphon/observability';
import type { WebSocket } from 'ws';
import { openSocket } from './open-socket.ts';

/** Close codes from 4000 on are the application's own (RFC 6455, section 7.4.2). */
const FIRST_REFUSAL_CODE = 4000;

/** Where to connect and whom to tell. */
export interface FeedClientOptions {
  readonly address: URL;
  readonly key: string;
  readonly onEvent: (event: FeedEvent) => void;
  /** `refusal` says why the server would not go on telling; null after an ordinary end. */
  readonly onClosed: (refusal: string | null) => void;
}

/** What a session tells about itself, apart from the wire protocol. */
export class FeedClient {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /**
   * Connects. Messages of kinds that are not known are passed over: a newer server may send them.
   * Rejects with `server_unreachable` or `server_refused`.
   */
  static async open(options: FeedClientOptions): Promise<FeedClient> {
    const socket = await openSocket(options, {
      onMessage: (data) => {
        const event = parseFeedEvent(data.toString());
        if (event) options.onEvent(event);
      },
      onClosed: (code, reason) => {
        options.onClosed(code >= FIRST_REFUSAL_CODE ? `${code} ${reason}` : null);
      },
    });
    return new FeedClient(socket);
  }

  /** Ends the connection; `onClosed` follows. */
  close(): void {
    this.#socket.terminate();
  }
}

function parseFeedEvent(text: string): FeedEvent | null {
  try {
    return feedEventSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
