import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AgentsClient } from '../testing/agents-client.ts';
import type { AgentsClientOptions } from '../testing/agents-client.ts';
import { openPlainRelay } from '../testing/plain-relay.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';
import type { ToldEvent } from '../testing/told-events.ts';

describe('an unchanged @openai/agents-realtime', () => {
  let server: StockServer;
  let client: AgentsClient;

  const connect = async (options?: AgentsClientOptions): Promise<void> => {
    client = await AgentsClient.connect(server, options);
  };

  /** The client changes its session several times by itself. */
  const updated = (instructions: string): Promise<ToldEvent> =>
    client.told.next(
      ({ type, session }) =>
        type === 'session.updated' &&
        (session as { instructions: string }).instructions === instructions,
    );

  beforeAll(async () => {
    server = await startStockServer();
  });

  afterAll(async () => {
    await server.close();
  });

  afterEach(() => {
    client.close();
    expect(client.unknown).toEqual([]);
  });

  it('is told the session it changes', async () => {
    await connect();
    const first = await updated('Be kind.');
    expect(first.session).toMatchObject({
      type: 'realtime',
      audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 400 } } },
    });
    client.session.transport.updateSessionConfig({ instructions: 'Be brief.' });
    await updated('Be brief.');
    expect(client.errors).toEqual([]);
  });

  it('holds a text turn', async () => {
    await connect();
    let audioBytes = 0;
    client.session.on('audio', ({ data }) => (audioBytes += data.byteLength));
    client.session.sendMessage("Hi, I'd like to check on an order.");
    await client.answered('order number?');
    expect(audioBytes).toBeGreaterThan(24_000);
    expect(audioBytes % 2).toBe(0);
    expect(client.errors).toEqual([]);
  });

  it('is told which of its events was wrong, and has its next message answered', async () => {
    await connect();
    const failed = new Promise((resolve) => client.session.once('error', resolve));
    client.session.transport.sendEvent({
      type: 'response.create',
      event_id: 'event_of_mine',
      response: { output_modalities: ['smell'] },
    });
    await failed;
    expect(client.errors).toMatchObject([
      { error: { code: 'invalid_value', event_id: 'event_of_mine' } },
    ]);
    client.session.sendMessage("Hi, I'd like to check on an order.");
    await client.answered('order number?');
  });

  it('connects with a client secret that the openai package was given', async () => {
    const openai = new OpenAI({ apiKey: server.key, baseURL: `${server.url}/v1` });
    const { value } = await openai.realtime.clientSecrets.create({
      session: { type: 'realtime', instructions: 'Be kind.' },
    });
    expect(value).toMatch(/^ek_/u);
    await connect({ apiKey: value });
    client.session.sendMessage("Hi, I'd like to check on an order.");
    await client.answered('order number?');
    expect(client.errors).toEqual([]);
  });

  it('connects again after its connection was cut, to a session anew', async () => {
    const relay = await openPlainRelay(server.url);
    await connect({ url: relay.url });
    client.session.sendMessage("Hi, I'd like to check on an order.");
    await client.answered('order number?');
    const gone = new Promise<void>((resolve) => {
      client.session.transport.on('connection_change', (status) => {
        if (status === 'disconnected') resolve();
      });
    });
    relay.cut();
    await gone;
    await client.open();
    client.session.sendMessage('where is order 3308');
    await client.answered('was delivered');
    const ids = client.told.all
      .filter(({ type }) => type === 'session.created')
      .map(({ session }) => (session as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
    expect(client.errors).toEqual([]);
    await relay.close();
  });
});
