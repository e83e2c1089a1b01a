import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RealtimeSettings } from '../realtime-settings.ts';
import { UpstreamConnection } from './upstream-connection.ts';
import type { UpstreamScript } from './upstream-script.ts';

/** The key that is good. */
export const UPSTREAM_KEY = 'sk-upstream';

/** The models and deployments there are. */
const MODELS: ReadonlySet<string> = new Set(['gpt-realtime-2.1', 'azure-deployment']);

/**
 * A Realtime service of the public GA description, on loopback: what it says is scripted, and what
 * may go wrong with one as well.
 */
export class RealtimeUpstream {
  /** Every connection so far, oldest first. */
  readonly connections: UpstreamConnection[] = [];
  /** Headers and address of every upgrade so far. */
  readonly upgrades: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  script: UpstreamScript;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  private constructor(server: Server, script: UpstreamScript) {
    this.#server = server;
    this.script = script;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async start(script: UpstreamScript = {}): Promise<RealtimeUpstream> {
    const server = createServer();
    const upstream = new RealtimeUpstream(server, script);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return upstream;
  }

  /** What an engine needs to use it. */
  get settings(): RealtimeSettings {
    const { port } = this.#server.address() as AddressInfo;
    const url = `ws://127.0.0.1:${port}/v1/realtime`;
    return { url, model: 'gpt-realtime-2.1', apiKey: UPSTREAM_KEY };
  }

  /** The connection made last. */
  get last(): UpstreamConnection {
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
      const { status, code } = refusal;
      const body = JSON.stringify({ error: { type: code, code, message: 'No.', param: null } });
      socket.end(
        `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\n` +
          `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const { authorization, 'api-key': apiKey } = request.headers;
      const isKnown = authorization === `Bearer ${UPSTREAM_KEY}` || apiKey === UPSTREAM_KEY;
      const names = new URL(request.url ?? '/', 'ws://upstream').searchParams;
      const model = names.get('model') ?? names.get('deployment') ?? '';
      const connection = new UpstreamConnection(client, { model, script: () => this.script });
      this.connections.push(connection);
      // As the public service has it: the upgrade is taken, the error is told, the socket is closed.
      if (!isKnown) connection.refuse('invalid_api_key', 3000);
      else if (!MODELS.has(model)) connection.refuse('model_not_found', 4000);
      else connection.greet();
    });
  }
}
