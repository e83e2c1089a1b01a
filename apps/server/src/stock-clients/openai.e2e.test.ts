import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificateOf, openNativeHelper, openWsHelper } from '../testing/openai-helper.ts';
import type { OpenAIHelper } from '../testing/openai-helper.ts';
import { startStockServer } from '../testing/stock-server.ts';
import type { StockServer } from '../testing/stock-server.ts';
import type { ToldEvent } from '../testing/told-events.ts';

type Dialect = 'ga' | 'beta';

const HELPERS = [
  { module: 'openai/realtime/ws', dialect: 'ga', open: openWsHelper },
  { module: 'openai/realtime/websocket', dialect: 'ga', open: openNativeHelper },
  { module: 'openai/beta/realtime/ws', dialect: 'beta', open: openWsHelper },
  { module: 'openai/beta/realtime/websocket', dialect: 'beta', open: openNativeHelper },
] as const satisfies readonly {
  module: string;
  dialect: Dialect;
  open: (dialect: Dialect, server: StockServer) => Promise<OpenAIHelper>;
}[];

/** Names of the server's events for the sound of an answer and for its words. */
const ANSWER_EVENTS = {
  ga: { audio: 'response.output_audio.delta', words: 'response.output_audio_transcript.done' },
  beta: { audio: 'response.audio.delta', words: 'response.audio_transcript.done' },
} as const;

const LOOKUP_ORDER = {
  type: 'function',
  name: 'lookup_order',
  description: 'Finds an order by its number.',
  parameters: {
    type: 'object',
    properties: { order_id: { type: 'string' } },
    required: ['order_id'],
  },
};

/** A message of the caller, and the wish for an answer. */
function ask(helper: OpenAIHelper, text: string): void {
  const content = [{ type: 'input_text', text }];
  helper.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content },
  });
  helper.send({ type: 'response.create' });
}

/** A `session.update` as the dialect has it. */
function update(dialect: Dialect, session: Record<string, unknown>): Record<string, unknown> {
  const type = dialect === 'ga' ? { type: 'realtime' } : {};
  return { type: 'session.update', session: { ...type, ...session } };
}

const audioBytesOf = (events: readonly ToldEvent[], type: string): number =>
  events
    .filter((event) => event.type === type)
    .reduce((bytes, { delta }) => bytes + Buffer.from(String(delta), 'base64').length, 0);

// The helpers take wss only, and the server makes its certificate with openssl.
const SIGNING_PROGRAM = 'openssl';
const isWithoutOpenssl = spawnSync(SIGNING_PROGRAM, ['version']).error !== undefined;

describe('the Realtime helpers of an unchanged openai package', () => {
  let server: StockServer;

  beforeAll(async () => {
    if (isWithoutOpenssl) return;
    server = await startStockServer({ settings: { ANTIPHON_TLS: 'self-signed' } });
  });

  afterAll(async () => {
    if (!isWithoutOpenssl) await server.close();
  });

  beforeEach(({ skip }) => skip(isWithoutOpenssl, 'openssl is not installed'));

  describe.each(HELPERS)('$module', ({ dialect, open }) => {
    let helper: OpenAIHelper;

    beforeEach(async () => {
      helper = await open(dialect, server);
    });

    afterEach(async () => {
      if (!isWithoutOpenssl) await helper.close();
    });

    it('connects and is told the session it changes', async () => {
      const created = await helper.told.next('session.created');
      expect(created.session).toMatchObject({ model: 'acme-support' });
      helper.send(update(dialect, { instructions: 'Be kind.' }));
      const { session } = await helper.told.next('session.updated');
      expect(session).toMatchObject({
        instructions: 'Be kind.',
        ...(dialect === 'ga' ? { type: 'realtime' } : { modalities: ['text', 'audio'] }),
      });
      expect(helper.errors).toEqual([]);
    });

    it('has a typed message answered aloud', async () => {
      ask(helper, "Hi, I'd like to check on an order.");
      const done = await helper.told.next('response.done');
      expect(done.response).toMatchObject({ status: 'completed' });
      const { audio, words } = ANSWER_EVENTS[dialect];
      const { transcript } = await helper.told.next(words);
      expect(transcript).toContain('order number?');
      const audioBytes = audioBytesOf(helper.told.all, audio);
      expect(audioBytes).toBeGreaterThan(24_000);
      expect(audioBytes % 2).toBe(0);
      expect(helper.errors).toEqual([]);
    });

    it('is told which of its events was wrong, and goes on', async () => {
      helper.send({ type: 'input_audio_buffer.commit', event_id: 'event_of_mine' });
      helper.send(update(dialect, { instructions: 'Be kind.' }));
      await helper.told.next('session.updated');
      expect(helper.errors).toMatchObject([
        { code: 'input_audio_buffer_commit_empty', eventId: 'event_of_mine' },
      ]);
    });

    it('runs a tool of its own and has the answer to it', async () => {
      helper.send(update(dialect, { tools: [LOOKUP_ORDER] }));
      ask(helper, 'where is order 4471');
      const call = await helper.told.next('response.function_call_arguments.done');
      expect(call).toMatchObject({ arguments: '{"order_id":"4471"}' });
      const output = '{"order_id":"4471","status":"shipped","expected_delivery":"May 2"}';
      helper.send({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: call.call_id, output },
      });
      helper.send({ type: 'response.create' });
      const { words } = ANSWER_EVENTS[dialect];
      await helper.told.next(
        (event) => event.type === words && String(event.transcript).includes('May 2'),
      );
      expect(helper.errors).toEqual([]);
    });
  });

  it('reconnects by itself after its connection was cut, to a session anew', async () => {
    const client = new OpenAI({ apiKey: server.key, baseURL: `${server.url}/v1` });
    const helper = new OpenAIRealtimeWS(
      {
        model: 'acme-support',
        options: { ca: await certificateOf(server) },
        reconnect: true,
        reconnectInitialDelay: 10,
      },
      client,
    );
    const errors: unknown[] = [];
    helper.on('error', (error) => errors.push(error));
    const created = () =>
      new Promise<string>((resolve) => {
        helper.once('session.created', ({ session }) =>
          resolve((session as unknown as { id: string }).id),
        );
      });
    const first = await created();
    const again = created();
    helper.socket.terminate();
    expect(await again).not.toBe(first);
    const updated = helper.emitted('session.updated');
    helper.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Hi.' } });
    await updated;
    const closed = once(helper.socket, 'close');
    helper.close();
    await closed;
    expect(errors).toEqual([]);
  });
});
