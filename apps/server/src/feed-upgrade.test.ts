import { feedEventSchema } from '@antiphon/observability';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { speakTurn } from './testing/spoken-turn.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

async function openSession(query = '') {
  const client = await TestClient.open(`${server.wsUrl}/v1/realtime${query}`, { key: TEST_KEY });
  const { session } = await client.message('session.created');
  return { client, id: (session as { id: string }).id };
}

const watch = (id: string, query = '', options: object = { key: TEST_KEY }) =>
  TestClient.open(`${server.wsUrl}/sessions/${id}/feed${query}`, options);

const numbers = (feed: TestClient) => feed.messages.map(({ seq }) => seq);

describe('the session feed', () => {
  it('tells a whole turn in messages of its schema, numbered without gaps', async () => {
    const { client, id } = await openSession();
    const feed = await watch(id);
    speakTurn(client);
    await feed.message('turn');
    await client.close();
    expect(await feed.closed).toEqual({ code: 1000, reason: 'session ended' });
    for (const message of feed.messages) feedEventSchema.parse(message);
    expect(numbers(feed)).toEqual(feed.messages.map((_, index) => index + 1));
    expect(feed.messages[0]).toMatchObject({
      type: 'session.started',
      agent: 'waiter',
      sessionId: id,
    });
    expect(feed.messages.at(-1)).toMatchObject({ type: 'session.ended', reason: 'callerLeft' });
    const types = new Set(feed.messages.map(({ type }) => type));
    expect([...types]).toEqual(
      expect.arrayContaining(['state', 'caller.transcript', 'item', 'agent.words', 'turn']),
    );
  });

  it('resumes after a number, and replays a session that has ended', async () => {
    const { client, id } = await openSession();
    speakTurn(client);
    await client.message('response.done');
    await client.close();
    await expect.poll(async () => (await watch(id)).closed).toMatchObject({ code: 1000 });
    const whole = await watch(id);
    await whole.closed;
    const rest = await watch(id, '?after=5');
    await rest.closed;
    expect(numbers(rest)[0]).toBe(6);
    expect(rest.messages).toEqual(whole.messages.slice(5));
  });

  it('takes the key from a browser as a subprotocol and does not echo it', async () => {
    const { client, id } = await openSession();
    const protocols = ['antiphon.feed', `antiphon-key.${TEST_KEY}`];
    const feed = await watch(id, '', { protocols });
    expect(feed.socket.protocol).toBe('antiphon.feed');
    await feed.message('session.started');
    await client.close();
  });

  it.each([
    ['a wrong key', { key: 'sk-wrong' }],
    ['no key', {}],
    ['a wrong key as a subprotocol', { protocols: ['antiphon.feed', 'antiphon-key.sk-wrong'] }],
  ])('refuses %s', async (_name, options) => {
    const { client, id } = await openSession();
    const feed = await watch(id, `?key=${TEST_KEY}`, options);
    expect(await feed.closed).toEqual({ code: 4401, reason: 'Incorrect API key provided.' });
    expect(feed.messages).toEqual([]);
    await client.close();
  });

  it('says so when there is no such session', async () => {
    expect((await (await watch('sess_unknown')).closed).code).toBe(4404);
  });

  it('says so when the position is none', async () => {
    const { client, id } = await openSession();
    expect((await (await watch(id, '?after=soon')).closed).code).toBe(4400);
    await client.close();
  });
});
