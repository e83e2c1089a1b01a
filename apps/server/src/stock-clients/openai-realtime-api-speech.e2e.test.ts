import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Microphone } from '../testing/microphone.ts';
import { RealtimeApiClient } from '../testing/realtime-api-client.ts';
import { Speaker } from '../testing/speaker.ts';
import { SpokenWords } from '../testing/spoken-words.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';

const SERVER_VAD = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 400,
} as const;

/** The client plays 24 kHz. */
const SAMPLES_PER_MS = 24;

describe('an unchanged openai-realtime-api', () => {
  let server: StockServer;
  let client: RealtimeApiClient;
  let microphone: Microphone;

  beforeAll(async () => {
    server = await startStockServer();
  });

  afterAll(async () => {
    await server.close();
  });

  beforeEach(async () => {
    const sessionConfig = { turn_detection: SERVER_VAD };
    client = await RealtimeApiClient.connect(server, { sessionConfig });
    microphone = new Microphone((frame) => client.client.appendInputAudio(frame));
  });

  afterEach(() => {
    microphone.close();
    client.close();
    expect(client.unknown).toEqual([]);
  });

  it('has a recorded turn answered, and shows what was said in it', async () => {
    await microphone.speak('check-on-an-order');
    await client.answered('order number?');
    await client.until(() =>
      client.said('user').some((text) => text.includes('check on an order')),
    );
    expect(client.faults).toEqual([]);
  });

  it('keeps what was heard of an answer that recorded speech cuts short', async () => {
    const created = await client.told.next('session.created');
    const words = await SpokenWords.of((created.session as { id: string }).id, server);
    const speaker = Speaker.of(client.told);
    client.write('where is order 4471');
    await client.answered('tracking shows?');
    const answer = client.itemSaying('tracking');
    await speaker.hasPlayed(answer, 1_500);
    const interrupted = client.client.waitForNext('conversation.interrupted');
    await microphone.speak('cancel-and-reorder');
    await interrupted;
    const cut = speaker.interrupt();
    expect(cut?.itemId).toBe(answer);
    const playedMs = Math.floor(cut?.playedMs ?? 0);
    client.client.cancelResponse(answer, playedMs * SAMPLES_PER_MS);

    const truncated = await client.told.next('conversation.item.truncated');
    expect(truncated).toMatchObject({ item_id: answer, audio_end_ms: playedMs });
    // Of a cut answer the client itself keeps the sound alone.
    const { audio } = client.client.conversation.getItem(answer)?.formatted ?? {};
    expect(audio?.length).toBe(playedMs * SAMPLES_PER_MS);
    client.send('conversation.item.retrieve', { item_id: answer });
    const { item } = await client.told.next('conversation.item.retrieved');
    const heard = words.heard(answer, playedMs);
    expect(heard).toMatch(/^Order 4471 /u);
    expect(item).toMatchObject({ status: 'incomplete', content: [{ transcript: heard }] });

    await client.answered('billing');
    // The server has cancelled by itself when the client asks it to, which it is then told.
    expect(client.faults).toMatchObject([{ code: 'response_cancel_not_active' }]);
    await words.close();
  });
});
