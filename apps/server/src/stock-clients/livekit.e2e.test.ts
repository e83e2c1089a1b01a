import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { liveKitCallers } from '../testing/livekit-caller.ts';
import { LIVEKIT_VERSIONS } from '../testing/livekit-host.ts';
import { Microphone } from '../testing/microphone.ts';
import { openPlainRelay } from '../testing/plain-relay.ts';
import type { PlainRelay } from '../testing/plain-relay.ts';
import { Speaker } from '../testing/speaker.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';
import type { ToldEvent } from '../testing/told-events.ts';

/** The plugin plays 24 kHz. */
const SAMPLES_PER_MS = 24;

const LOOKUP_ORDER = {
  name: 'lookup_order',
  description: 'Finds an order by its number.',
  parameters: {
    type: 'object',
    properties: { order_id: { type: 'string' } },
    required: ['order_id'],
  },
};

/** What a `response.create` cannot ask for, as the dialect has it. */
const IMPOSSIBLE = {
  ga: { output_modalities: ['smell'] },
  beta: { modalities: ['smell'] },
} as const;

const liveKitCaller = liveKitCallers();
let server: StockServer;

/** A relay that stands for longer than the test's client: that one crashes when nobody answers. */
async function openRelay(): Promise<PlainRelay> {
  const relay = await openPlainRelay(server.url);
  onTestFinished(() => relay.close());
  return relay;
}

beforeAll(async () => {
  server = await startStockServer();
});

afterAll(async () => {
  await server.close();
});

describe.each(LIVEKIT_VERSIONS)(
  'an unchanged @livekit/agents-plugin-openai of release $release',
  (version) => {
    const caller = liveKitCaller(version);
    const { ask, saidBy } = caller;
    let microphone: Microphone | null = null;

    /** The final transcript with these words. */
    const transcriptOf = (words: string): Promise<ToldEvent> =>
      caller.client.given.next(
        ({ type, isFinal, transcript }) =>
          type === 'input_audio_transcription_completed' &&
          isFinal === true &&
          String(transcript).includes(words),
      );

    afterEach(() => {
      microphone?.close();
      microphone = null;
    });

    it('connects and changes the session', async () => {
      const client = await caller.connect(server);
      await client.updateInstructions('Be kind.');
      await client.updateTools([LOOKUP_ORDER]);
      const { session } = await client.told.next(
        (event) =>
          event.type === 'session.updated' && JSON.stringify(event).includes('an order by'),
      );
      expect(session).toMatchObject({
        instructions: 'Be kind.',
        tools: [{ type: 'function', ...LOOKUP_ORDER }],
        ...(version.dialect === 'ga'
          ? { type: 'realtime', output_modalities: ['audio'] }
          : { modalities: ['text', 'audio'], input_audio_format: 'pcm16' }),
      });
      expect(client.faults).toEqual([]);
    });

    it('has a typed message answered aloud', async () => {
      const client = await caller.connect(server);
      await ask("Hi, I'd like to check on an order.");
      const message = await client.messageSaying('order number?');
      await client.given.next('generationEnded');
      expect(await client.given.next('generation')).toMatchObject({ userInitiated: true });
      expect(message.samples).toBeGreaterThan(12_000);
      expect(await saidBy('user')).toEqual(["Hi, I'd like to check on an order."]);
      expect(await saidBy('assistant')).toEqual([message.text]);
      expect(client.faults).toEqual([]);
    });

    it('is told which of its events was wrong, and has its next message answered', async () => {
      const client = await caller.connect(server);
      const response = IMPOSSIBLE[version.dialect];
      await client.send({ type: 'response.create', event_id: 'event_of_mine', response });
      const { body } = await client.given.next('error');
      expect(body).toMatchObject({ code: 'invalid_value', event_id: 'event_of_mine' });
      await ask("Hi, I'd like to check on an order.");
      await client.messageSaying('order number?');
      expect(client.faults).toHaveLength(1);
    });

    it('runs a tool of its own and has the answer to it', async () => {
      const client = await caller.connect(server);
      await client.updateTools([LOOKUP_ORDER]);
      await ask('where is order 4471');
      const { callId, ...call } = await client.given.next('call');
      expect(call).toMatchObject({ name: 'lookup_order', args: '{"order_id":"4471"}' });
      await client.given.next('generationEnded');
      const output = '{"order_id":"4471","status":"shipped","expected_delivery":"May 2"}';
      await client.giveOutputs([{ callId: String(callId), name: 'lookup_order', output }]);
      await client.generateReply();
      await client.messageSaying('May 2');
      expect(client.faults).toEqual([]);
    });

    it('has recorded speech transcribed and answered', async () => {
      const client = await caller.connect(server);
      microphone = new Microphone((frame) => client.pushAudio(frame));
      await microphone.speak('check-on-an-order');
      await transcriptOf('check on an order');
      await client.messageSaying('order number?');
      expect((await saidBy('user'))[0]).toContain('check on an order');
      expect(client.faults).toEqual([]);
    });

    it('is interrupted by recorded speech and truncates to what was heard', async () => {
      const client = await caller.connect(server);
      microphone = new Microphone((frame) => client.pushAudio(frame));
      const speaker = new Speaker();
      client.onSound = (id, samples) => speaker.play(id, samples / SAMPLES_PER_MS);
      await ask('where is order 4471');
      const { id, text } = await client.messageSaying('tracking shows?');
      // The words are there before their sound; the caller cuts in once it is heard for a while.
      const isHeard = () => speaker.playing?.itemId === id && speaker.playing.playedMs > 2_000;
      while (!isHeard()) await new Promise((resolve) => setTimeout(resolve, 20));
      await microphone.speak('cancel-and-reorder');
      await client.given.next('input_speech_started');
      const heard = speaker.interrupt();
      expect(heard?.itemId).toBe(id);
      const playedMs = Math.floor(heard?.playedMs ?? 0);
      await client.stop(id, playedMs);
      expect(await client.told.next('conversation.item.truncated')).toMatchObject({
        item_id: id,
        audio_end_ms: playedMs,
      });
      const { content } = (await client.retrieve(id)) as { content: { transcript: string }[] };
      const transcript = content[0]?.transcript ?? '';
      expect(transcript).toMatch(/^Order 4471/u);
      expect('Order 4471 has shipped and should arrive on April 25.').toContain(transcript);

      await transcriptOf('cancel that one');
      await client.messageSaying('billing');
      // The plugin's own record holds what it was given; what was played is its framework's to know.
      expect(await saidBy('assistant')).toContain(text);
      expect(client.faults).toEqual([]);
    });

    it('reconnects by itself after its connection was cut, with the conversation so far', async () => {
      const relay = await openRelay();
      const client = await caller.connect({ ...server, realtimeUrl: `${relay.url}/v1/realtime` });
      await client.updateTools([LOOKUP_ORDER]);
      await ask("Hi, I'd like to check on an order.");
      const { id } = await client.messageSaying('order number?');
      await client.given.next('generationEnded');
      relay.cut();
      await client.given.next('session_reconnected');
      // The plugin loses the event that it sends first after that.
      await client.send({ type: 'input_audio_buffer.clear' });
      await ask('it is 4471');
      await client.given.next('call');
      const sessions = client.told.all.flatMap(({ session }) => (session ? [session] : []));
      expect(new Set(sessions.map((session) => (session as { id: string }).id)).size).toBe(2);
      expect(await client.retrieve(id)).toMatchObject({ id, role: 'assistant' });
      expect(await saidBy('user')).toEqual(["Hi, I'd like to check on an order.", 'it is 4471']);
      expect(client.faults).toEqual([]);
    });
  },
);

describe('an unchanged @livekit/agents-plugin-openai of the beta', () => {
  const caller = liveKitCaller(LIVEKIT_VERSIONS[1]);

  it('turns the dialect to the beta where a proxy drops the header that asks for it', async () => {
    const relay = await openRelay();
    const client = await caller.connect({ ...server, realtimeUrl: `${relay.url}/v1/realtime` });
    const { session } = await client.told.next('session.updated');
    expect(session).toMatchObject({ modalities: ['text', 'audio'] });
    await caller.ask("Hi, I'd like to check on an order.");
    await client.messageSaying('order number?');
    expect(client.faults).toEqual([]);
  });
});
