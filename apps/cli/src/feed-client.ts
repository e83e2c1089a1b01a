import type { FeedEvent } from '@antiphon/observability';
import { feedEventSchema } from '@antiphon/observability';
import type { WebSocket } from 'ws';
import { openSocket } from './open-socket.ts';

/** Where to connect and whom to tell. */
export interface FeedClientOptions {
  readonly address: URL;
  readonly key: string;
  onEvent(event: FeedEvent): void;
  onClosed(): void;
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
    const socket = await openSocket(options.address, options.key);
    socket.on('message', (data) => {
      const event = parseFeedEvent(String(data));
      if (event) options.onEvent(event);
    });
    socket.on('close', () => options.onClosed());
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
