import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

/** A message as it came. */
export type Message = Record<string, unknown> & { readonly type: string };

/** How a connection was closed. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket client that keeps what it was sent, so that a test can wait for it. */
export class TestClient {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly closed: Promise<Closing>;
  #closing: Closing | null = null;
  readonly #waiting = new Set<() => void>();

  private constructor(url: string, protocols: string[], options: ClientOptions) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString('utf8')) as Message);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => {
        this.#closing = { code, reason: reason.toString('utf8') };
        resolve(this.#closing);
        this.#wake();
      });
    });
  }

  /** Connects, with a key as a bearer token or none. */
  static async open(
    url: string,
    {
      key,
      protocols = [],
      ...options
    }: ClientOptions & { key?: string; protocols?: string[] } = {},
  ): Promise<TestClient> {
    const headers = { ...options.headers, ...(key && { authorization: `Bearer ${key}` }) };
    const client = new TestClient(url, protocols, { ...options, headers });
    await once(client.socket, 'open');
    return client;
  }

  send(event: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(event));
  }

  /** The first message that fits, past or to come; rejects when the connection closes before. */
  async message(fits: string | ((message: Message) => boolean)): Promise<Message> {
    const isIt = typeof fits === 'string' ? ({ type }: Message) => type === fits : fits;
    for (;;) {
      const found = this.messages.find(isIt);
      if (found) return found;
      if (this.#closing) throw new Error(`Closed before it came: ${JSON.stringify(this.#closing)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Closes from this side and waits until it is done. */
  async close(): Promise<Closing> {
    this.socket.close(1000);
    return this.closed;
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
