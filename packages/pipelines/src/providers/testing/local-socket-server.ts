import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';

/** An answer to an upgrade that is refused. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly body: string;
}

/** What a {@link LocalSocketServer} does. */
export interface LocalSocketBehaviour {
  /** Refuses an upgrade, counted from 1. */
  readonly refuses?: (request: IncomingMessage, count: number) => UpgradeRefusal | null;
  /** Leaves upgrades without an answer. */
  readonly isMute?: boolean;
  readonly onConnection?: (connection: LocalConnection, request: IncomingMessage) => void;
}

/** One connection of a client. */
export class LocalConnection {
  /** JSON of the text frames so far. */
  readonly heard: Record<string, unknown>[] = [];
  isOpen = true;
  /** The code the client closed with. */
  closeCode: number | null = null;
  readonly #socket: WebSocket;
  readonly #raw: Duplex;
  #onFrame: ((frame: Record<string, unknown>) => void) | null = null;
  #onBytes: ((bytes: Buffer) => void) | null = null;
  #onClose: (() => void) | null = null;

  constructor(socket: WebSocket, raw: Duplex) {
    this.#socket = socket;
    this.#raw = raw;
    socket.on('message', (data: RawData, isBinary) => {
      if (isBinary) {
        this.#onBytes?.(data as Buffer);
        return;
      }
      const frame = JSON.parse((data as Buffer).toString()) as Record<string, unknown>;
      this.heard.push(frame);
      this.#onFrame?.(frame);
    });
    socket.on('close', (code) => {
      this.isOpen = false;
      this.closeCode = code;
      this.#onClose?.();
    });
    socket.on('error', () => {});
  }

  onFrame(run: (frame: Record<string, unknown>) => void): void {
    this.#onFrame = run;
  }

  onBytes(run: (bytes: Buffer) => void): void {
    this.#onBytes = run;
  }

  onClose(run: () => void): void {
    this.#onClose = run;
  }

  send(frame: object): void {
    this.sendText(JSON.stringify(frame));
  }

  /** Anything at all, in a text frame; frames of one turn of the event loop go out together. */
  sendText(text: string): void {
    if (!this.isOpen) return;
    if (this.#raw.writableCorked === 0) {
      this.#raw.cork();
      process.nextTick(() => this.#sendAll());
    }
    this.#socket.send(text);
  }

  /** Bytes, which no JSON is. */
  sendBytes(): void {
    this.#socket.send(Buffer.from([1, 2, 3]));
  }

  /** The first bytes of a frame that says it is longer, and then the end of the connection. */
  sendHalfFrame(): void {
    const raw = this.#raw;
    raw.write(Buffer.from([0x81, 0x7e, 0x01, 0x00, 0x7b]), () => raw.destroy());
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Drops the connection without a word. */
  cut(): void {
    this.#sendAll();
    this.#socket.terminate();
  }

  /** Reads nothing any more, and so answers nothing. */
  freeze(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  thaw(): void {
    this.#socket.resume();
  }

  #sendAll(): void {
    if (this.#raw.writableCorked > 0) this.#raw.uncork();
  }
}

/** A WebSocket server on loopback, beneath the local servers of providers. */
export class LocalSocketServer {
  /** Every connection so far, oldest first. */
  readonly connections: LocalConnection[] = [];
  /** Every upgrade so far, refused ones too. */
  readonly upgrades: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #behaviour: LocalSocketBehaviour;
  readonly #raw = new Set<Duplex>();

  private constructor(server: Server, behaviour: LocalSocketBehaviour) {
    this.#server = server;
    this.#behaviour = behaviour;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async start(behaviour: LocalSocketBehaviour = {}): Promise<LocalSocketServer> {
    const server = createServer();
    const local = new LocalSocketServer(server, behaviour);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return local;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.connections.filter((connection) => connection.isOpen).length;
  }

  async close(): Promise<void> {
    for (const socket of this.#raw) socket.destroy();
    this.#sockets.close();
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.#server.closeAllConnections();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgrades.push({ url: request.url ?? '', headers: request.headers });
    socket.on('error', () => {});
    this.#raw.add(socket);
    socket.on('close', () => this.#raw.delete(socket));
    if (this.#behaviour.isMute) return;
    const refusal = this.#behaviour.refuses?.(request, this.upgrades.length);
    if (refusal) {
      const { status, body } = refusal;
      socket.end(
        `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const connection = new LocalConnection(client, socket);
      this.connections.push(connection);
      this.#behaviour.onConnection?.(connection, request);
    });
  }
}
