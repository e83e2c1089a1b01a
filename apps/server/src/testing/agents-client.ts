import { unknownToStockClient } from '@antiphon/realtime/testing';
import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import type { RealtimeItem, tool } from '@openai/agents-realtime';
import { Microphone } from './microphone.ts';
import type { StockServer } from './stock-server.ts';
import { ToldEvents } from './told-events.ts';
import type { ToldEvent } from './told-events.ts';

type Emitter = {
  on(name: string, listener: () => void): unknown;
  off(name: string, listener: () => void): unknown;
};

/** What the client is opened with. */
export interface AgentsClientOptions {
  readonly tools?: ReturnType<typeof tool>[];
  /** Instead of the server's. */
  readonly apiKey?: string;
  /** The WebSocket address of a relay to the server, without a path. */
  readonly url?: string;
}

/** An unchanged `RealtimeSession` of `@openai/agents-realtime`, and what a test asks of it. */
export class AgentsClient {
  readonly session: RealtimeSession;
  /** Every event of the server, as it came. */
  readonly told = new ToldEvents();
  readonly errors: unknown[] = [];
  readonly #key: string;
  readonly #url: string;
  #microphone: Microphone | null = null;

  private constructor(server: StockServer, { tools = [], apiKey, url }: AgentsClientOptions) {
    this.#key = apiKey ?? server.key;
    this.#url = url ? `${url}/v1/realtime` : server.realtimeUrl;
    const agent = new RealtimeAgent({ name: 'caller', instructions: 'Be kind.', tools });
    this.session = new RealtimeSession(agent, {
      transport: 'websocket',
      model: 'acme-support',
      tracingDisabled: true,
      config: {
        audio: { input: { turnDetection: { type: 'server_vad', silenceDurationMs: 400 } } },
      },
    });
    this.session.on('error', ({ error }) => this.errors.push(error));
    this.session.on('transport_event', (event) => this.told.push(event as ToldEvent));
  }

  static async connect(
    server: StockServer,
    options: AgentsClientOptions = {},
  ): Promise<AgentsClient> {
    const client = new AgentsClient(server, options);
    await client.open();
    return client;
  }

  /** Opens the connection, for the first time or again. */
  async open(): Promise<void> {
    await this.session.connect({ apiKey: this.#key, url: `${this.#url}?model=acme-support` });
    this.#microphone?.close();
    this.#microphone = new Microphone((frame) => this.session.sendAudio(frame.buffer));
  }

  async speak(clip: string): Promise<void> {
    await this.#microphone?.speak(clip);
  }

  /** What the client believes was said, by role, oldest first. */
  said(role: 'user' | 'assistant'): string[] {
    return this.session.history.flatMap((item: RealtimeItem) => {
      if (item.type !== 'message' || item.role !== role) return [];
      const [part] = item.content;
      if (!part) return [];
      return ['transcript' in part ? (part.transcript ?? '') : 'text' in part ? part.text : ''];
    });
  }

  /** Resolves once the client's history fits; the test's time limit is the limit. */
  until(fits: () => boolean): Promise<void> {
    const emitter = this.session as unknown as Emitter;
    return new Promise((resolve) => {
      const look = (): void => {
        if (!fits()) return;
        emitter.off('history_updated', look);
        resolve();
      };
      emitter.on('history_updated', look);
      look();
    });
  }

  /** Resolves once an answer with these words is in the client's history. */
  answered(words: string): Promise<void> {
    return this.until(() => this.said('assistant').some((text) => text.includes(words)));
  }

  /** What of all it was told it does not know. */
  get unknown(): string[] {
    return unknownToStockClient(this.told.all.map((event) => JSON.stringify(event)));
  }

  close(): void {
    this.#microphone?.close();
    this.session.close();
  }
}
