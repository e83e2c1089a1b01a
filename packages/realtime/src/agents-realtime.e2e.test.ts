import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import type { RealtimeItem } from '@openai/agents-realtime';
import { startSession, systemClock } from '@antiphon/session';
import type { GenerationRequest } from '@antiphon/session';
import { FakeDetectors, FakeEngine, FakeTools, TEST_CONFIG } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { RealtimeConnection } from './realtime-connection.ts';
import { unknownToStockClient } from './testing/stock-parser.ts';

const REPLY = 'one two three four five six seven eight nine ten';

/** A server with one agent on loopback, whose engine calls `add` once and says `REPLY` otherwise. */
class LoopbackServer {
  readonly engine = new FakeEngine();
  readonly detectors = new FakeDetectors();
  readonly connections: RealtimeConnection[] = [];
  readonly frames: string[] = [];
  readonly #sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

  constructor() {
    this.#sockets.on('connection', (socket) => {
      const connection = new RealtimeConnection({
        socket: {
          send: (text) => {
            this.frames.push(text);
            socket.send(text);
          },
          close: (code, reason) => socket.close(code, reason),
          get bufferedBytes() {
            return socket.bufferedAmount;
          },
        },
        dialect: 'ga',
        sessionId: 'sess_e2e',
        agent: {
          name: 'test',
          description: 'For tests.',
          pipeline: 'fake',
          detector: 'energy',
          config: { ...TEST_CONFIG, tools: [] },
          dialogue: null,
        },
        model: 'test-model',
        greets: false,
        clock: systemClock,
        start: (leg, channel, agent) =>
          startSession({
            sessionId: 'sess_e2e',
            agent,
            leg,
            channels: [channel],
            engine: this.engine,
            detectors: this.detectors,
            tools: new FakeTools(),
            clock: systemClock,
          }),
      });
      this.connections.push(connection);
      this.#script();
      socket.on('message', (data, isBinary) => {
        if (isBinary) connection.receiveBinary();
        else connection.receive((data as Buffer).toString('utf8'));
      });
      socket.on('close', () => connection.socketClosed());
    });
  }

  async listening(): Promise<void> {
    if (this.#sockets.address() === null) await once(this.#sockets, 'listening');
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#sockets.address() as AddressInfo).port}/v1/realtime?model=test-model`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    await once(this.#sockets, 'close');
    await Promise.all(this.connections.map((connection) => connection.session.ended));
  }

  /** An engine answers after the call that asks it to. */
  #script(): void {
    const { session } = this.engine;
    const generate = session.generate.bind(session);
    session.generate = (request: GenerationRequest) => {
      generate(request);
      setImmediate(() => {
        const isToolDue =
          request.config.tools.length > 0 &&
          !session.context.history().some((item) => item.kind === 'toolOutput');
        if (isToolDue) session.call('add', '{"a":2,"b":3}');
        else session.speak(REPLY);
        session.end();
      });
    };
  }
}

/** Resolves when the emitter says so, with what it said. */
type Emitter = { once(name: string, listener: (...args: unknown[]) => void): unknown };
const told = (emitter: unknown, name: string): Promise<unknown[]> =>
  new Promise((resolve) => {
    (emitter as Emitter).once(name, (...args) => resolve(args));
  });

const transcriptOf = (
  history: readonly RealtimeItem[],
  role: string,
): string | null | undefined => {
  const item = history.filter((each) => each.type === 'message' && each.role === role).at(-1);
  const part = item?.type === 'message' ? item.content[0] : undefined;
  return part && ('transcript' in part ? part.transcript : 'text' in part ? part.text : undefined);
};

describe('the RealtimeSession of @openai/agents-realtime, unchanged', () => {
  let server: LoopbackServer;
  let errors: unknown[];

  beforeEach(async () => {
    server = new LoopbackServer();
    errors = [];
    await server.listening();
  });

  afterEach(async () => {
    await server.close();
    expect(unknownToStockClient(server.frames)).toEqual([]);
    expect(errors).toEqual([]);
  });

  const connected = async (tools: ReturnType<typeof tool>[] = []): Promise<RealtimeSession> => {
    const agent = new RealtimeAgent({ name: 'caller', instructions: 'Be kind.', tools });
    const session = new RealtimeSession(agent, {
      transport: 'websocket',
      model: 'test-model',
      tracingDisabled: true,
    });
    session.on('error', (error) => errors.push(error));
    await session.connect({ apiKey: 'sk-test', url: server.url });
    return session;
  };

  it('has a typed message answered aloud', async () => {
    const session = await connected();
    let audioBytes = 0;
    session.on('audio', (event) => (audioBytes += event.data.byteLength));
    const answered = told(session.transport, 'turn_done');
    session.sendMessage('Hello?');
    await answered;
    expect(transcriptOf(session.history, 'user')).toBe('Hello?');
    expect(transcriptOf(session.history, 'assistant')).toBe(REPLY);
    expect(audioBytes).toBe(10 * 200 * 48);
    expect(server.engine.session.request.config.instructions).toBe('Be kind.');
    session.close();
  });

  it('runs its tool and has the answer to it', async () => {
    const sums: unknown[] = [];
    const add = tool({
      name: 'add',
      description: 'Adds two numbers.',
      parameters: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
        additionalProperties: false,
      },
      strict: true,
      execute: (input) => {
        sums.push(input);
        return '5';
      },
    });
    const session = await connected([add]);
    const ended = told(session, 'agent_tool_end');
    session.sendMessage('What is two and three?');
    await ended;
    await told(session.transport, 'turn_done');
    expect(sums).toEqual([{ a: 2, b: 3 }]);
    const history = server.engine.session.context.history();
    expect(history.map((item) => item.kind)).toEqual([
      'message',
      'toolCall',
      'toolOutput',
      'message',
    ]);
    expect(history[2]).toMatchObject({ output: '5' });
    session.close();
  });

  it('interrupts, truncates, and keeps in its history only what was heard', async () => {
    const session = await connected();
    const answered = told(session.transport, 'turn_done');
    session.sendMessage('Count.');
    await answered;
    setTimeout(() => server.detectors.detector.start(), 500);
    await told(session, 'audio_interrupted');
    await told(session.transport, 'conversation.item.retrieved');
    const heard = transcriptOf(session.history, 'assistant') ?? '';
    expect(heard).not.toBe(REPLY);
    expect(REPLY.startsWith(heard)).toBe(true);
    const item = server.engine.session.context.history().at(-1);
    expect(item).toMatchObject({ text: heard, status: 'incomplete' });
    session.close();
  });
});
