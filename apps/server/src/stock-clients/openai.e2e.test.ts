import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANSWER_EVENTS, OpenAIConversation } from '../testing/openai-conversation.ts';
import { certificateOf, OPENAI_HELPERS } from '../testing/openai-helper.ts';
import type { HelperOptions, OpenAIHelper } from '../testing/openai-helper.ts';
import { startTlsServerForTests } from '../testing/stock-tls-server.ts';
import { openTlsRelay } from '../testing/tls-relay.ts';
import type { TlsRelay } from '../testing/tls-relay.ts';
import type { ToldEvent } from '../testing/told-events.ts';
import { fetchTrusting } from '../testing/trusting-fetch.ts';

const audioBytesOf = (events: readonly ToldEvent[], type: string): number =>
  events
    .filter((event) => event.type === type)
    .reduce((bytes, { delta }) => bytes + Buffer.from(String(delta), 'base64').length, 0);

const sessionIdOf = ({ session }: ToldEvent): unknown => (session as { id: string }).id;

describe('the Realtime helpers of an unchanged openai package', () => {
  const running = startTlsServerForTests();

  const opened: OpenAIConversation[] = [];
  let relay: TlsRelay | null = null;

  const connect = async (
    { dialect, open }: (typeof OPENAI_HELPERS)[number],
    options?: HelperOptions,
  ): Promise<OpenAIConversation> => {
    const conversation = new OpenAIConversation(
      await open(dialect, running.server, options),
      dialect,
    );
    opened.push(conversation);
    return conversation;
  };

  afterEach(async () => {
    const unknown = opened.flatMap((conversation) => conversation.unknown);
    await Promise.all(opened.splice(0).map(({ helper }) => helper.close()));
    await relay?.close();
    relay = null;
    expect(unknown).toEqual([]);
  });

  describe.each(OPENAI_HELPERS)('$module', (module) => {
    const { dialect } = module;

    describe('connected', () => {
      let conversation: OpenAIConversation;
      let helper: OpenAIHelper;

      beforeEach(async () => {
        conversation = await connect(module);
        ({ helper } = conversation);
      });

      it('is told the session it changes', async () => {
        const created = await helper.told.next('session.created');
        expect(created.session).toMatchObject({ model: 'acme-support' });
        conversation.update({ instructions: 'Be kind.' });
        const { session } = await helper.told.next('session.updated');
        expect(session).toMatchObject({
          instructions: 'Be kind.',
          ...(dialect === 'ga' ? { type: 'realtime' } : { modalities: ['text', 'audio'] }),
        });
        expect(helper.errors).toEqual([]);
      });

      it('has a typed message answered aloud', async () => {
        conversation.ask("Hi, I'd like to check on an order.");
        const done = await helper.told.next('response.done');
        expect(done.response).toMatchObject({ status: 'completed' });
        await conversation.answered('order number?');
        const audioBytes = audioBytesOf(helper.told.all, ANSWER_EVENTS[dialect].audio);
        expect(audioBytes).toBeGreaterThan(24_000);
        expect(audioBytes % 2).toBe(0);
        expect(helper.errors).toEqual([]);
      });

      it('is told which of its events was wrong, and goes on', async () => {
        helper.send({ type: 'input_audio_buffer.commit', event_id: 'event_of_mine' });
        conversation.update({ instructions: 'Be kind.' });
        await helper.told.next('session.updated');
        expect(helper.errors).toMatchObject([
          { code: 'input_audio_buffer_commit_empty', eventId: 'event_of_mine' },
        ]);
        conversation.ask("Hi, I'd like to check on an order.");
        await conversation.answered('order number?');
      });
    });

    it('connects with a client secret that the package was given', async () => {
      const { server } = running;
      const fetch = fetchTrusting(await certificateOf(server));
      const openai = new OpenAI({ apiKey: server.key, baseURL: `${server.url}/v1`, fetch });
      const session = { instructions: 'Be kind.' };
      const secret =
        dialect === 'ga'
          ? await openai.realtime.clientSecrets.create({
              session: { type: 'realtime', ...session },
            })
          : (await openai.beta.realtime.sessions.create(session)).client_secret;
      expect(secret.value).toMatch(/^ek_/u);
      const conversation = await connect(module, { apiKey: secret.value });
      const created = await conversation.helper.told.next('session.created');
      expect(created.session).toMatchObject(session);
      conversation.ask("Hi, I'd like to check on an order.");
      await conversation.answered('order number?');
      expect(conversation.helper.errors).toEqual([]);
    });

    it('has the next conversation after its connection was cut, in a session anew', async () => {
      relay = await openTlsRelay(running.server);
      const { url } = relay;
      const reconnects = dialect === 'ga';
      const first = await connect(module, { url, reconnects });
      const before = sessionIdOf(await first.helper.told.next('session.created'));
      relay.cut();
      await first.helper.closed;
      // The helpers of the beta do not come back by themselves: an app opens another.
      const next = reconnects ? first : await connect(module, { url });
      await next.helper.told.next(
        (event) => event.type === 'session.created' && sessionIdOf(event) !== before,
      );
      next.ask("Hi, I'd like to check on an order.");
      await next.answered('order number?');
      expect(next.helper.errors).toEqual([]);
    });
  });

  it.each(OPENAI_HELPERS.filter(({ dialect }) => dialect === 'beta'))(
    '$module turns the dialect to the beta where a proxy drops what asks for it',
    async (module) => {
      relay = await openTlsRelay(running.server, { dropsDialect: true });
      const conversation = await connect(module, { url: relay.url });
      const { session } = await conversation.helper.told.next('session.created');
      expect(session).toMatchObject({ type: 'realtime', output_modalities: ['audio'] });
      conversation.update({ modalities: ['text', 'audio'] });
      conversation.ask("Hi, I'd like to check on an order.");
      await conversation.answered('order number?');
      expect(conversation.helper.errors).toEqual([]);
    },
  );
});
