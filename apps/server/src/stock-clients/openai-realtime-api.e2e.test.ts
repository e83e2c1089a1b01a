import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPlainRelay } from '../testing/plain-relay.ts';
import { RealtimeApiClient } from '../testing/realtime-api-client.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';

describe('an unchanged openai-realtime-api', () => {
  let server: StockServer;
  let client: RealtimeApiClient;

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

  it('connects in the shape of the beta, with the session it configures', async () => {
    const sessionConfig = { instructions: 'Be kind.' };
    client = await RealtimeApiClient.connect(server, { sessionConfig });
    const { session } = await client.told.next('session.updated');
    expect(session).toMatchObject({
      instructions: 'Be kind.',
      modalities: ['text', 'audio'],
      input_audio_format: 'pcm16',
      turn_detection: null,
    });
    expect(client.faults).toEqual([]);
  });

  it('turns the dialect to the beta where a proxy drops the header that asks for it', async () => {
    const relay = await openPlainRelay(server.url);
    client = await RealtimeApiClient.connect(server, { url: `${relay.url}/v1/realtime` });
    const { session } = await client.told.next('session.created');
    expect(session).toMatchObject({ type: 'realtime', output_modalities: ['audio'] });
    client.write("Hi, I'd like to check on an order.");
    await client.answered('order number?');
    expect(client.faults).toEqual([]);
    client.close();
    await relay.close();
  });

  it('connects with a client secret that the openai package was given', async () => {
    const openai = new OpenAI({ apiKey: server.key, baseURL: `${server.url}/v1` });
    const { client_secret: secret } = await openai.beta.realtime.sessions.create({});
    expect(secret.value).toMatch(/^ek_/u);
    client = await RealtimeApiClient.connect(server, { apiKey: secret.value });
    client.write("Hi, I'd like to check on an order.");
    await client.answered('order number?');
    expect(client.faults).toEqual([]);
  });

  it('has a typed message answered aloud', async () => {
    client = await RealtimeApiClient.connect(server);
    client.write("Hi, I'd like to check on an order.");
    await client.client.waitForNextCompletedItem();
    await client.told.next('response.done');
    expect(client.said('user')).toEqual(["Hi, I'd like to check on an order."]);
    expect(client.said('assistant')[0]).toContain('order number?');
    const spoken = client.client.conversation.getItems().at(-1);
    expect(spoken?.formatted.audio?.length).toBeGreaterThan(12_000);
    expect(client.faults).toEqual([]);
  });

  it('is told which of its events was wrong, and goes on', async () => {
    client = await RealtimeApiClient.connect(server);
    client.send('conversation.item.delete', { item_id: 'item_no', event_id: 'event_of_mine' });
    await client.told.next('error');
    expect(client.faults).toMatchObject([
      { code: 'item_delete_invalid_item_id', event_id: 'event_of_mine' },
    ]);
    client.write("Hi, I'd like to check on an order.");
    await client.answered('order number?');
  });

  it('connects again after its connection was cut, to a session anew', async () => {
    const relay = await openPlainRelay(server.url);
    client = await RealtimeApiClient.connect(server, { url: `${relay.url}/v1/realtime` });
    client.write("Hi, I'd like to check on an order.");
    await client.answered('order number?');
    const gone = client.client.realtime.waitForNext('close');
    relay.cut();
    await gone;
    // What it keeps of the conversation is its app's to clear.
    client.close();
    await client.open();
    client.write('where is order 3308');
    await client.answered('was delivered');
    const ids = client.told.all
      .filter(({ type }) => type === 'session.created')
      .map(({ session }) => (session as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
    expect(client.faults).toEqual([]);
    client.close();
    await relay.close();
  });
});
