import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from './testing/test-client.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

const sessionOf = (message: Message) => message.session as { id: string; model: string };
const errorOf = (message: Message) => message.error as { code: string; message: string };

const connect = (path: string, options = {}) =>
  TestClient.open(`${server.wsUrl}${path}`, { key: TEST_KEY, ...options });

describe('the Realtime endpoint', () => {
  it.each(['/v1/realtime', '/realtime'])('opens a session at %s', async (path) => {
    const client = await connect(path);
    const { id } = sessionOf(await client.message('session.created'));
    expect(id).toMatch(/^sess_[\w-]+$/);
    await client.close();
  });

  it.each([
    ['a bearer token', { headers: { authorization: 'Bearer sk-other' } }],
    ['the api-key header', { headers: { 'api-key': TEST_KEY } }],
    ['a subprotocol', { protocols: ['realtime', `openai-insecure-api-key.${TEST_KEY}`] }],
  ])('takes the key from %s', async (_name, options) => {
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, options);
    await client.message('session.created');
    await client.close();
  });

  it('answers with the subprotocol "realtime" when it is offered, never with the key', async () => {
    const protocols = ['realtime', `openai-insecure-api-key.${TEST_KEY}`];
    const offering = await TestClient.open(`${server.wsUrl}/v1/realtime`, { protocols });
    expect(offering.socket.protocol).toBe('realtime');
    await offering.close();
    const plain = await connect('/v1/realtime');
    expect(plain.socket.protocol).toBe('');
    await plain.close();
  });

  it.each([
    ['a wrong key', { key: 'sk-wrong' }],
    ['no key', {}],
    [
      'a key that a client made of nothing',
      { protocols: ['realtime', 'openai-insecure-api-key.undefined'] },
    ],
  ])('tells a client with %s what is wrong before it closes', async (_name, options) => {
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, options);
    const closing = await client.closed;
    expect(client.messages.map(({ type }) => type)).toEqual(['error']);
    expect(errorOf(client.messages[0]!)).toMatchObject({
      type: 'invalid_request_error',
      code: 'invalid_api_key',
      message: expect.stringContaining('Incorrect API key provided') as string,
    });
    expect(closing).toEqual({ code: 3000, reason: 'invalid_request_error.invalid_api_key' });
  });

  it('takes no key from the URL', async () => {
    const client = await TestClient.open(
      `${server.wsUrl}/v1/realtime?key=${TEST_KEY}&api-key=${TEST_KEY}`,
    );
    expect((await client.closed).code).toBe(3000);
  });

  it.each([
    ['?agent=greeter', 'greeter', 'greeter'],
    ['?model=greeter', 'greeter', 'greeter'],
    ['?model=gpt-realtime', 'gpt-realtime', 'waiter'],
    ['', 'waiter', 'waiter'],
  ])('lets "%s" reach an agent', async (query, model, agent) => {
    const client = await connect(`/v1/realtime${query}`);
    const session = sessionOf(await client.message('session.created'));
    expect(session.model).toBe(model);
    const response = await fetch(`${server.url}/sessions`, {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    const { sessions } = (await response.json()) as { sessions: { id: string; agent: string }[] };
    expect(sessions.find(({ id }) => id === session.id)?.agent).toBe(agent);
    await client.close();
  });

  it('greets who came for the agent, and leaves who named a model to speak first', async () => {
    const guest = await connect('/v1/realtime?agent=greeter');
    await guest.message('response.output_audio.delta');
    await guest.close();
    const driver = await connect('/v1/realtime?model=greeter');
    await driver.message('session.created');
    driver.send({ type: 'session.update', session: { type: 'realtime' } });
    await driver.message('session.updated');
    expect(driver.messages.some(({ type }) => type.startsWith('response.'))).toBe(false);
    await driver.close();
  });

  it('names the agents there are to who asks for another', async () => {
    const client = await connect('/v1/realtime?agent=nobody');
    const closing = await client.closed;
    expect(errorOf(client.messages[0]!)).toMatchObject({
      code: 'invalid_value',
      message: "Invalid value: 'nobody'. Supported values are: 'greeter' and 'waiter'.",
    });
    expect(closing.code).toBe(4004);
  });

  it('has no call to join', async () => {
    const client = await connect('/v1/realtime?call_id=rtc_1');
    expect(errorOf(client.messages[0] ?? (await client.message('error')))).toMatchObject({
      code: 'invalid_value',
      param: 'call_id',
    });
    expect((await client.closed).code).toBe(4004);
  });

  it('answers a typed question', async () => {
    const client = await connect('/v1/realtime?model=waiter');
    await client.message('session.created');
    const content = [{ type: 'input_text', text: 'Where is my order?' }];
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content },
    });
    client.send({ type: 'response.create' });
    const done = await client.message('response.done');
    expect(done.response).toMatchObject({ status: 'completed' });
    await client.close();
  });

  it('refuses a binary frame and goes on', async () => {
    const client = await connect('/v1/realtime');
    client.socket.send(Buffer.from([1, 2, 3]));
    expect(errorOf(await client.message('error'))).toMatchObject({ code: 'invalid_event' });
    client.send({ type: 'session.update', session: { type: 'realtime' } });
    await client.message('session.updated');
    await client.close();
  });

  it.each([
    ['ga', {}, 'session.created'],
    ['beta', { headers: { 'openai-beta': 'realtime=v1' } }, 'transcription_session.created'],
  ])('only listens to who comes for transcripts, in %s', async (_dialect, options, created) => {
    const client = await connect('/v1/realtime?intent=transcription', options);
    const { session } = await client.message(created);
    expect(session).toMatchObject({ object: 'realtime.transcription_session' });
    client.send({ type: 'response.create' });
    expect(errorOf(await client.message('error')).message).toContain('does not create responses');
    await client.close();
  });

  it('speaks the beta dialect to a client that asks for it', async () => {
    const client = await connect('/v1/realtime', { headers: { 'openai-beta': 'realtime=v1' } });
    expect(await client.message('session.created')).toMatchObject({
      session: { modalities: expect.any(Array) as string[] },
    });
    await client.close();
  });

  it('speaks the beta dialect at the older path of Azure, to the agent its deployment names', async () => {
    const path = '/openai/realtime?api-version=2024-10-01-preview&deployment=greeter';
    const client = await TestClient.open(`${server.wsUrl}${path}`, {
      headers: { 'api-key': TEST_KEY },
    });
    expect(await client.message('session.created')).toMatchObject({
      session: { model: 'greeter', modalities: expect.any(Array) as string[] },
    });
    await client.close();
  });

  it('speaks GA at the current path of Azure', async () => {
    const client = await TestClient.open(`${server.wsUrl}/openai/v1/realtime?model=greeter`, {
      headers: { 'api-key': TEST_KEY },
    });
    expect(await client.message('session.created')).toMatchObject({
      session: { type: 'realtime', model: 'greeter' },
    });
    await client.close();
  });

  it('turns away a key that connects too often, and no other key', async () => {
    const strict = await startTestServer({ connectionsPerMinute: 2 });
    const url = `${strict.wsUrl}/v1/realtime`;
    for (let times = 0; times < 2; times += 1) {
      await (await TestClient.open(url, { key: TEST_KEY })).message('session.created');
    }
    const third = await TestClient.open(url, { key: TEST_KEY });
    expect((await third.closed).code).toBe(1013);
    expect(errorOf(third.messages[0]!)).toMatchObject({
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      message: expect.stringContaining('opens connections too often') as string,
    });
    await (await TestClient.open(url, { key: 'sk-other' })).message('session.created');
    await strict.close();
  });

  it('counts the connections of a client secret as those of the key behind it', async () => {
    const strict = await startTestServer({ connectionsPerMinute: 1 });
    const response = await fetch(`${strict.url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    const { value } = (await response.json()) as { value: string };
    const url = `${strict.wsUrl}/v1/realtime`;
    await (await TestClient.open(url, { key: value })).message('session.created');
    expect((await (await TestClient.open(url, { key: TEST_KEY })).closed).code).toBe(1013);
    await strict.close();
  });

  it('warns a client that sends too fast, and closes it when it goes on', async () => {
    const client = await connect('/v1/realtime');
    await client.message('session.created');
    for (let sent = 0; sent < 3_500; sent += 1) client.send({ type: 'input_audio_buffer.clear' });
    expect(await client.closed).toEqual({ code: 1008, reason: 'rate_limit_exceeded' });
    const errors = client.messages.filter(({ type }) => type === 'error');
    expect(errors.map(errorOf)).toMatchObject([{ code: 'rate_limit_exceeded' }]);
    const done = client.messages.filter(({ type }) => type === 'input_audio_buffer.cleared');
    expect(done.length).toBeGreaterThanOrEqual(3_000);
  });

  it('turns callers away, saying so, when it is full', async () => {
    const small = await startTestServer({ maxSessions: 1 });
    const url = `${small.wsUrl}/v1/realtime`;
    const first = await TestClient.open(url, { key: TEST_KEY });
    await first.message('session.created');
    const second = await TestClient.open(url, { key: TEST_KEY });
    expect((await second.closed).code).toBe(1013);
    expect(errorOf(second.messages[0]!).code).toBe('rate_limit_exceeded');
    await first.close();
    await expect.poll(async () => (await fetch(`${small.url}/readyz`)).status).toBe(200);
    const third = await TestClient.open(url, { key: TEST_KEY });
    await third.message('session.created');
    await small.close();
  });

  it('answers an upgrade elsewhere with 404', async () => {
    await expect(TestClient.open(`${server.wsUrl}/v1/elsewhere`)).rejects.toThrow(
      /Unexpected server response: 404/,
    );
  });
});
