import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { GeminiSettings } from '../gemini-settings.ts';
import type { LiveScript } from './live-script.ts';
import { LocalConnection } from './local-connection.ts';

/** The key that is good. */
export const GEMINI_KEY = 'AIza-upstream';

const PATH = '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent';

/**
 * A Gemini Live service of the public description, on loopback: what it says is scripted, and what
 * may go wrong with one as well.
 */
export class LocalGemini {
  /** Every connection so far, oldest first. */
  readonly connections: LocalConnection[] = [];
  /** Headers and address of every upgrade so far. */
  readonly upgrades: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  /** What a session that is taken up again knows, by its handle. */
  readonly resumable = new Map<string, LocalConnection>();
  script: LiveScript;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  private constructor(server: Server, script: LiveScript) {
    this.#server = server;
    this.script = script;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async start(script: LiveScript = {}): Promise<LocalGemini> {
    const server = createServer();
    const upstream = new LocalGemini(server, script);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return upstream;
  }

  /** What an engine needs to use it. */
  get settings(): GeminiSettings {
    const { port } = this.#server.address() as AddressInfo;
    return { url: `ws://127.0.0.1:${port}${PATH}`, model: 'gemini-3.8-live', apiKey: GEMINI_KEY };
  }

  /** The connection made last. */
  get last(): LocalConnection {
    const last = this.connections.at(-1);
    if (!last) throw new Error('Nobody has connected.');
    return last;
  }

  /** How many connections are open. */
  get open(): number {
    return this.connections.filter((connection) => connection.isOpen).length;
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.cut();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgrades.push({ url: request.url ?? '', headers: request.headers });
    const refusal = this.script.refuses?.(this.upgrades.length);
    if (refusal) {
      const { status, message } = refusal;
      const body = JSON.stringify({ error: { code: status, message, status: 'FAILED' } });
      socket.end(
        `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\n` +
          `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const isKnown = request.headers['x-goog-api-key'] === GEMINI_KEY;
      this.connections.push(new LocalConnection(client, { upstream: this, isKnown }));
    });
  }
}
