import { RealtimeClient } from 'openai-realtime-api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Microphone } from '../testing/microphone.ts';
import { ParallelCallsEngine, pipelinesOf } from '../testing/parallel-calls-engine.ts';
import { openPlainRelay } from '../testing/plain-relay.ts';
import { Speaker } from '../testing/speaker.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';
import { ToldEvents } from '../testing/told-events.ts';
import type { ToldEvent } from '../testing/told-events.ts';

const SERVER_VAD = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 400,
} as const;

/** The client plays 24 kHz. */
const SAMPLES_PER_MS = 24;

const ADD = {
  name: 'add',
  description: 'Adds two numbers.',
  parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
};

const LOOKUP_ORDER = {
  name: 'lookup_order',
  description: 'Finds an order by its number.',
  parameters: { type: 'object', properties: { order_id: { type: 'string' } } },
};

let client: RealtimeClient;
let told: ToldEvents;

/** Connects a client; what the server tells it is kept. */
async function connect(
  { realtimeUrl, key }: StockServer,
  sessionConfig: ConstructorParameters<typeof RealtimeClient>[0] = {},
): Promise<void> {
  client = new RealtimeClient({
    url: realtimeUrl,
    apiKey: key,
    model: 'acme-support',
    ...sessionConfig,
  });
  told = new ToldEvents();
  client.realtime.on('server.*', (event) => told.push(event as unknown as ToldEvent));
  await client.connect();
  await client.waitForSessionCreated();
}

const write = (text: string): void => client.sendUserMessageContent([{ type: 'input_text', text }]);

const faults = (): ToldEvent[] => told.all.filter(({ type }) => type === 'error');

/** What the unmodified client believes was said, by role, oldest first. */
function said(role: 'user' | 'assistant'): string[] {
  return client.conversation
    .getItems()
    .flatMap((item) =>
      item.type === 'message' && item.role === role
        ? [item.formatted.transcript || (item.formatted.text ?? '')]
        : [],
    );
}

/** Resolves once the client's conversation fits; the test's time limit is the limit. */
function until(fits: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!fits()) return;
      client.off('conversation.updated', look);
      resolve();
    };
    client.on('conversation.updated', look);
    look();
  });
}

/** The item of the answer with these words. */
const itemSaying = (words: string): string =>
  client.conversation.getItems().find((item) => item.formatted.transcript?.includes(words))?.id ??
  '';

const answered = (words: string): Promise<void> =>
  until(() => said('assistant').some((text) => text.includes(words)));

afterEach(() => {
  client.disconnect();
});

describe('an unchanged openai-realtime-api on the embedded pipeline', () => {
  let server: StockServer;
  let microphone: Microphone | null = null;

  beforeAll(async () => {
    server = await startStockServer();
  });

  afterAll(async () => {
    await server.close();
  });

  afterEach(() => {
    microphone?.close();
    microphone = null;
  });

  it('connects in the shape of the beta, with the session it configures', async () => {
    await connect(server, { sessionConfig: { instructions: 'Be kind.' } });
    const { session } = await told.next('session.updated');
    expect(session).toMatchObject({
      instructions: 'Be kind.',
      modalities: ['text', 'audio'],
      input_audio_format: 'pcm16',
      turn_detection: null,
    });
    expect(faults()).toEqual([]);
  });

  it('turns the dialect to the beta where a proxy drops the header that asks for it', async () => {
    const relay = await openPlainRelay(server.url);
    await connect({ ...server, realtimeUrl: `${relay.url}/v1/realtime` });
    const { session } = await told.next('session.created');
    expect(session).toMatchObject({ type: 'realtime', output_modalities: ['audio'] });
    write("Hi, I'd like to check on an order.");
    await answered('order number?');
    expect(faults()).toEqual([]);
    client.disconnect();
    await relay.close();
  });

  it('has a typed message answered aloud', async () => {
    await connect(server);
    write("Hi, I'd like to check on an order.");
    const answer = client.waitForNextCompletedItem();
    await answer;
    await told.next('response.done');
    expect(said('user')).toEqual(["Hi, I'd like to check on an order."]);
    expect(said('assistant')[0]).toContain('order number?');
    const spoken = client.conversation.getItems().at(-1);
    expect(spoken?.formatted.audio?.length).toBeGreaterThan(12_000);
    expect(faults()).toEqual([]);
  });

  it('runs a tool of its own and has the answer to it', async () => {
    await connect(server);
    const asked: unknown[] = [];
    client.addTool(LOOKUP_ORDER, (input: unknown) => {
      asked.push(input);
      return { order_id: '4471', status: 'shipped', expected_delivery: 'May 2' };
    });
    write('where is order 4471');
    await answered('May 2');
    expect(asked).toEqual([{ order_id: '4471' }]);
    expect(faults()).toEqual([]);
  });

  it('holds spoken turns, is interrupted by recorded speech and truncates', async () => {
    await connect(server, { sessionConfig: { turn_detection: SERVER_VAD } });
    microphone = new Microphone((frame) => client.appendInputAudio(frame));
    const speaker = new Speaker();
    client.on('conversation.updated', ({ item, delta }) => {
      if (delta?.audio) speaker.play(item.id, delta.audio.length / SAMPLES_PER_MS);
    });
    await microphone.speak('check-on-an-order');
    await answered('order number?');
    await until(() => said('user').some((text) => text.includes('check on an order')));
    await told.next('response.done');

    write('where is order 4471');
    await answered('tracking shows?');
    // The words are there before their sound; the caller cuts in once it is heard for a while.
    const isHeard = () =>
      speaker.playing?.itemId === itemSaying('tracking') && speaker.playing.playedMs > 2_000;
    while (!isHeard()) await new Promise((resolve) => setTimeout(resolve, 20));
    const interrupted = client.waitForNext('conversation.interrupted');
    await microphone.speak('cancel-and-reorder');
    await interrupted;
    const heard = speaker.interrupt();
    const id = itemSaying('tracking');
    expect(heard?.itemId).toBe(id);
    client.cancelResponse(id, (heard?.playedMs ?? 0) * SAMPLES_PER_MS);

    const truncated = await told.next(
      (event) => event.type === 'conversation.item.truncated' && event.item_id === id,
    );
    const playedSamples = Number(truncated.audio_end_ms) * SAMPLES_PER_MS;
    expect(client.conversation.getItem(id)?.formatted.audio?.length).toBe(playedSamples);
    client.realtime.send('conversation.item.retrieve' as never, { item_id: id } as never);
    const { item } = await told.next('conversation.item.retrieved');
    const [part] = (item as { content: { transcript: string }[] }).content;
    const full = 'Order 4471 has shipped and should arrive on April 25. Does that fit';
    expect(full.startsWith(part?.transcript ?? 'nothing')).toBe(true);
    expect(part?.transcript).not.toBe('');

    await answered('billing');
    // The server has cancelled by itself when the client asks it to, which it is then told.
    expect(faults().map(({ error }) => (error as { code: string }).code)).toEqual([
      'response_cancel_not_active',
    ]);
  });
});

describe('an unchanged openai-realtime-api with an engine that calls two tools at once', () => {
  let server: StockServer;

  beforeAll(async () => {
    const engine = new ParallelCallsEngine();
    server = await startStockServer({ openPipelines: () => Promise.resolve(pipelinesOf(engine)) });
  });

  afterAll(async () => {
    await server.close();
  });

  it('has one answer to both of its outputs', async () => {
    await connect(server);
    client.addTool(ADD, ({ a, b }: { a: number; b: number }) => a + b);
    write('What are one and two, and three and four?');
    await answered('They are');
    await told.next(
      (event) =>
        event.type === 'response.done' &&
        JSON.stringify(event.response).includes('They are') &&
        JSON.stringify(event.response).includes('completed'),
    );
    expect(said('assistant')).toEqual(['They are 3 and 7.']);
    expect(told.all.filter(({ type }) => type === 'response.created')).toHaveLength(2);
    expect(faults()).toEqual([]);
  });
});
