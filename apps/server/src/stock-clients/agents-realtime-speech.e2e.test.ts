import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentsClient } from '../testing/agents-client.ts';
import { Speaker } from '../testing/speaker.ts';
import { SpokenWords } from '../testing/spoken-words.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';

describe('an unchanged @openai/agents-realtime', () => {
  let server: StockServer;
  let client: AgentsClient;

  beforeAll(async () => {
    server = await startStockServer();
  });

  afterAll(async () => {
    await server.close();
  });

  beforeEach(async () => {
    client = await AgentsClient.connect(server);
  });

  afterEach(() => {
    client.close();
    expect(client.unknown).toEqual([]);
    expect(client.errors).toEqual([]);
  });

  it('has a recorded turn answered, and shows what was said in it', async () => {
    await client.speak('check-on-an-order');
    await client.answered('order number?');
    await client.until(() => client.said('user').some((text) => text !== ''));
    expect(client.said('user')[0]).toContain('check on an order');
  });

  it('is interrupted by recorded speech and then shows only what was heard', async () => {
    const created = await client.told.next('session.created');
    const words = await SpokenWords.of((created.session as { id: string }).id, server);
    const speaker = Speaker.of(client.told);
    client.session.sendMessage('where is order 4471');
    const { item_id: answer } = await client.told.next(
      ({ type, transcript }) =>
        type === 'response.output_audio_transcript.done' &&
        String(transcript).includes('tracking shows?'),
    );
    await speaker.hasPlayed(String(answer), 1_500);
    await client.speak('cancel-and-reorder');
    await new Promise<void>((resolve) => client.session.on('audio_interrupted', () => resolve()));
    await client.until(() => !client.said('assistant').some((text) => text.includes('tracking')));
    const truncated = await client.told.next('conversation.item.truncated');
    expect(truncated.item_id).toBe(answer);
    const heard = words.heard(String(answer), Number(truncated.audio_end_ms));
    expect(heard).toMatch(/^Order 4471 /u);
    expect(client.said('assistant')).toContain(heard);
    await client.answered('billing');
    expect(client.said('user').at(-1)).toBe(
      'wait can you cancel that one and reorder it with overnight shipping',
    );
    await words.close();
  });
});
