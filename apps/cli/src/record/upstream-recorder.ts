import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordedLine } from '@antiphon/protocol';
import type { RecordedFrame } from '@antiphon/protocol';
import { WebSocket, WebSocketServer } from 'ws';
import type { RawData } from 'ws';

/** Headers that tell an upstream who asks; they are passed on and stand in no recording. */
const PASSED_HEADERS = ['authorization', 'api-key', 'openai-beta'] as const;

/** One side that reads so much more slowly than the other writes is not waited for. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** What a recorder is started with. */
export interface RecorderOptions {
  /** Where the exchange goes; what a client asks for in its query is added. */
  readonly upstream: URL;
  /** A free one where it is 0. */
  readonly port: number;
  /** Takes a line of the recording, without its end. */
  readonly onLine: (line: string) => void;
}

type Frame = RecordedFrame extends infer Kind
  ? Kind extends RecordedFrame
    ? Omit<Kind, 'connection' | 'atMs'>
    : never
  : never;

/** A relay on loopback between clients of the Realtime protocol and their upstream that tells all text frames. */
export class UpstreamRecorder {
  readonly #options: RecorderOptions;
  readonly #server = createServer();
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #open = new Set<WebSocket>();
  readonly #startedAtMs = performance.now();
  #connections = 0;

  private constructor(options: RecorderOptions) {
    this.#options = options;
    this.#server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#relay(client, request));
    });
  }

  /** Rejects as `listen` does. */
  static async start(options: RecorderOptions): Promise<UpstreamRecorder> {
    const recorder = new UpstreamRecorder(options);
    recorder.#server.listen(options.port, '127.0.0.1');
    await once(recorder.#server, 'listening');
    return recorder;
  }

  /** Where clients connect. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `ws://127.0.0.1:${port}${this.#options.upstream.pathname}`;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Ends all connections; nothing is told of them afterwards. */
  async close(): Promise<void> {
    const ends = [...this.#open].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    for (const socket of this.#open) socket.terminate();
    await Promise.all(ends);
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #relay(client: WebSocket, request: IncomingMessage): void {
    const connection = ++this.#connections;
    const tell = (frame: Frame): void => {
      const atMs = Math.round(performance.now() - this.#startedAtMs);
      this.#options.onLine(recordedLine({ connection, atMs, ...frame }));
    };
    // What the client says first waits in its socket.
    client.pause();
    const upstream = new WebSocket(this.#address(request), {
      headers: passedHeaders(request),
      perMessageDeflate: false,
    });
    this.#join({ from: client, to: upstream, side: 'client', tell });
    this.#join({ from: upstream, to: client, side: 'upstream', tell });
    upstream.once('open', () => client.resume());
  }

  #join({ from, to, side, tell }: Joint): void {
    this.#open.add(from);
    from.on('message', (data: RawData, isBinary) => {
      const bytes = data as Buffer;
      if (!isBinary) tell({ from: side, text: bytes.toString() });
      if (to.bufferedAmount > MAX_BUFFERED_BYTES) from.terminate();
      else if (to.readyState === WebSocket.OPEN) to.send(bytes, { binary: isBinary });
    });
    from.on('error', () => {});
    from.once('close', (code, reason) => {
      this.#open.delete(from);
      tell({ from: side, closed: { code, reason: reason.toString() } });
      // 1005 and 1006 say that there was no code, and may not be sent.
      if (to.readyState !== WebSocket.OPEN) to.terminate();
      else if (code === 1005 || code === 1006) to.close();
      else to.close(code, reason.toString());
    });
  }

  #address(request: IncomingMessage): URL {
    const address = new URL(this.#options.upstream);
    const asked = new URL(request.url ?? '/', 'ws://client').searchParams;
    for (const [name, value] of asked) {
      if (!address.searchParams.has(name)) address.searchParams.set(name, value);
    }
    return address;
  }
}

interface Joint {
  readonly from: WebSocket;
  readonly to: WebSocket;
  readonly side: RecordedFrame['from'];
  readonly tell: (frame: Frame) => void;
}

function passedHeaders(request: IncomingMessage): Record<string, string> {
  const given = PASSED_HEADERS.map((name) => [name, request.headers[name]]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
