import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { RecordedFrame } from '@antiphon/protocol';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** Audio is sent in other portions each time, and answered by nothing. */
const UNANSWERED = 'input_audio_buffer.append';

/**
 * An upstream that says what one said in a recording of `antiphon record-upstream`: each frame once
 * the client has said as much as it had said by then. What the client says is compared by type.
 */
export class ReplayedUpstream {
  /** Where the client said something else than in the recording. */
  readonly differences: string[] = [];
  readonly #frames: readonly RecordedFrame[];
  readonly #server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  #connections = 0;

  private constructor(frames: readonly RecordedFrame[]) {
    this.#frames = frames;
    this.#server.on('connection', (socket) => this.#replay(socket, ++this.#connections));
  }

  static async start(frames: readonly RecordedFrame[]): Promise<ReplayedUpstream> {
    const upstream = new ReplayedUpstream(frames);
    await once(upstream.#server, 'listening');
    return upstream;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/realtime`;
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #replay(socket: WebSocket, number: number): void {
    const rest = this.#frames.filter(({ connection }) => connection === number);
    const goOn = (): void => {
      for (;;) {
        const [frame] = rest;
        const isAwaited = frame?.from === 'client' && typeOf(frame) !== UNANSWERED;
        if (!frame || (isAwaited && 'text' in frame)) return;
        rest.shift();
        if (frame.from === 'client') continue;
        if ('text' in frame) socket.send(frame.text);
        else socket.close();
      }
    };
    socket.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === UNANSWERED) return;
      const awaited = rest.shift();
      const expected = awaited && typeOf(awaited);
      if (type !== expected) this.differences.push(`${type} instead of ${expected ?? 'nothing'}`);
      goOn();
    });
    goOn();
  }
}

function typeOf(frame: RecordedFrame): string | null {
  return 'text' in frame ? (JSON.parse(frame.text) as { type: string }).type : null;
}
