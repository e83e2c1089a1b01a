import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import type { RealtimeItem } from '@openai/agents-realtime';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Microphone } from '../testing/microphone.ts';
import { ParallelCallsEngine, pipelinesOf } from '../testing/parallel-calls-engine.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';

let server: StockServer;
let session: RealtimeSession;
let microphone: Microphone | null = null;
let errors: unknown[];

afterEach(() => {
  microphone?.close();
  microphone = null;
  session.close();
});

async function connect({
  tools = [],
  apiKey = server.key,
}: { tools?: ReturnType<typeof tool>[]; apiKey?: string } = {}): Promise<void> {
  errors = [];
  const agent = new RealtimeAgent({ name: 'caller', instructions: 'Be kind.', tools });
  session = new RealtimeSession(agent, {
    transport: 'websocket',
    model: 'acme-support',
    tracingDisabled: true,
    config: {
      audio: { input: { turnDetection: { type: 'server_vad', silenceDurationMs: 400 } } },
    },
  });
  session.on('error', ({ error }) => errors.push(error));
  await open(apiKey);
}

/** Opens the session's connection, for the first time or again. */
async function open(apiKey = server.key): Promise<void> {
  await session.connect({
    apiKey,
    url: `${server.realtimeUrl}?model=acme-support`,
  });
  microphone?.close();
  microphone = new Microphone((frame) => session.sendAudio(frame.buffer));
}

/** What the unmodified client believes was said, by role, oldest first. */
function said(role: 'user' | 'assistant'): string[] {
  return session.history.flatMap((item: RealtimeItem) => {
    if (item.type !== 'message' || item.role !== role) return [];
    const [part] = item.content;
    if (!part) return [];
    return ['transcript' in part ? (part.transcript ?? '') : 'text' in part ? part.text : ''];
  });
}

type Emitter = {
  on(name: string, listener: () => void): unknown;
  off(name: string, listener: () => void): unknown;
};

/** Resolves once the client's history fits; the test's time limit is the limit. */
function until(fits: () => boolean): Promise<void> {
  const emitter = session as unknown as Emitter;
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

describe('an unchanged @openai/agents-realtime on the embedded pipeline', () => {
  beforeAll(async () => {
    server = await startStockServer();
  });

  afterAll(async () => {
    await server.close();
  });

  it('holds a text turn', async () => {
    await connect();
    let audioBytes = 0;
    session.on('audio', ({ data }) => (audioBytes += data.byteLength));
    session.sendMessage("Hi, I'd like to check on an order.");
    await until(() => said('assistant').some((text) => text.includes('order number?')));
    expect(audioBytes).toBeGreaterThan(24_000);
    expect(audioBytes % 2).toBe(0);
    expect(errors).toEqual([]);
  });

  it('is told which of its events was wrong, and has its next message answered', async () => {
    await connect();
    const failed = new Promise((resolve) => session.once('error', resolve));
    session.transport.sendEvent({
      type: 'response.create',
      event_id: 'event_of_mine',
      response: { output_modalities: ['smell'] },
    });
    await failed;
    expect(errors).toMatchObject([{ error: { code: 'invalid_value', event_id: 'event_of_mine' } }]);
    session.sendMessage("Hi, I'd like to check on an order.");
    await until(() => said('assistant').some((text) => text.includes('order number?')));
  });

  it('connects with a client secret that the openai package was given', async () => {
    const openai = new OpenAI({ apiKey: server.key, baseURL: `${server.url}/v1` });
    const { value } = await openai.realtime.clientSecrets.create({
      session: { type: 'realtime', instructions: 'Be kind.' },
    });
    expect(value).toMatch(/^ek_/u);
    await connect({ apiKey: value });
    session.sendMessage("Hi, I'd like to check on an order.");
    await until(() => said('assistant').some((text) => text.includes('order number?')));
    expect(errors).toEqual([]);
  });

  it('connects again, to a session anew', async () => {
    await connect();
    session.sendMessage("Hi, I'd like to check on an order.");
    await until(() => said('assistant').some((text) => text.includes('order number?')));
    const gone = new Promise<void>((resolve) => {
      session.transport.on('connection_change', (status) => {
        if (status === 'disconnected') resolve();
      });
    });
    session.close();
    await gone;
    const ids: string[] = [];
    session.on('transport_event', (event) => {
      if (event.type === 'session.created') ids.push(event.session.id);
    });
    await open();
    session.sendMessage('where is order 3308');
    await until(() => said('assistant').some((text) => text.includes('was delivered')));
    expect(ids).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('runs its own tool when the caller’s words ask for it', async () => {
    const asked: unknown[] = [];
    const lookup = tool({
      name: 'lookup_order',
      description: 'Finds an order by its number.',
      parameters: {
        type: 'object',
        properties: { order_id: { type: 'string' } },
        required: ['order_id'],
        additionalProperties: false,
      },
      strict: true,
      execute: (input) => {
        asked.push(input);
        return '{"order_id":"4471","status":"shipped","expected_delivery":"May 2"}';
      },
    });
    await connect({ tools: [lookup] });
    session.sendMessage('where is my order');
    await until(() => said('assistant').some((text) => text.includes('order number?')));
    await microphone?.speak('four-four-seven-one');
    await until(() => said('assistant').some((text) => text.includes('May 2')));
    expect(asked).toEqual([{ order_id: '4471' }]);
    expect(errors).toEqual([]);
  });

  it('is interrupted by recorded speech and then shows only what was heard', async () => {
    await connect();
    session.sendMessage('where is order 4471');
    await until(() => said('assistant').some((text) => text.includes('tracking shows?')));
    // The words are there before their sound; the caller listens for a while before cutting in.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await microphone?.speak('cancel-and-reorder');
    await new Promise<void>((resolve) => session.on('audio_interrupted', () => resolve()));
    await until(() => !said('assistant').some((text) => text.includes('tracking shows?')));
    const cut = said('assistant').find((text) => text.startsWith('Order 4471'));
    expect('Order 4471 has shipped and should arrive on April 25.').toContain(cut ?? 'nothing');
    await until(() => said('assistant').some((text) => text.includes('billing')));
    expect(said('user').at(-1)).toBe(
      'wait can you cancel that one and reorder it with overnight shipping',
    );
    expect(errors).toEqual([]);
  });
});

describe('an unchanged @openai/agents-realtime with an engine that calls two tools at once', () => {
  beforeAll(async () => {
    const engine = new ParallelCallsEngine();
    server = await startStockServer({ openPipelines: () => Promise.resolve(pipelinesOf(engine)) });
  });

  afterAll(async () => {
    await server.close();
  });

  it('runs both and has one answer to both outputs', async () => {
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
        const { a, b } = input as { a: number; b: number };
        return String(a + b);
      },
    });
    await connect({ tools: [add] });
    let responses = 0;
    session.on('transport_event', ({ type }) => (responses += Number(type === 'response.created')));
    const spoken = new Promise<void>((resolve) => {
      session.on('transport_event', (event) => {
        if (event.type === 'response.done' && said('assistant').length > 0) resolve();
      });
    });
    session.sendMessage('What are one and two, and three and four?');
    await spoken;
    expect(said('assistant')).toEqual(['They are 3 and 7.']);
    expect(responses).toBe(2);
    expect(errors).toEqual([]);
  });
});
