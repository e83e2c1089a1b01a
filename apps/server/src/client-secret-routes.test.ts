import type { Clock } from '@antiphon/session';
import { systemClock } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

let server: TestServer;
let aheadMs = 0;

/** Real timers; the time of day can be put forward. */
const clock: Clock = {
  now: () => systemClock.now() + aheadMs,
  setTimeout: (run, delayMs) => systemClock.setTimeout(run, delayMs),
  clearTimeout: (timer) => systemClock.clearTimeout(timer),
};

beforeAll(async () => {
  server = await startTestServer({}, { clock });
});

afterAll(() => server.close());

type Json = Record<string, unknown>;

async function post(path: string, body?: unknown, key: string | null = TEST_KEY) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

const SECRETS = '/v1/realtime/client_secrets';

const INSTRUCTIONS = 'Speak like a pirate.';

async function makeSecret(session?: Json, seconds?: number): Promise<string> {
  const expiry = seconds === undefined ? {} : { expires_after: { anchor: 'created_at', seconds } };
  const { body } = await post(SECRETS, { ...expiry, ...(session && { session }) });
  return body['value'] as string;
}

const connect = (key: string, query = '') =>
  TestClient.open(`${server.wsUrl}/v1/realtime${query}`, { key });

const secondsNow = () => Math.floor(clock.now() / 1000);

describe('POST /v1/realtime/client_secrets', () => {
  it('makes a secret for ten minutes and shows the session it opens', async () => {
    const before = secondsNow();
    const { status, body } = await post(SECRETS, {
      session: {
        type: 'realtime',
        model: 'greeter',
        instructions: INSTRUCTIONS,
        audio: { output: { voice: 'cedar' } },
      },
    });
    expect(status).toBe(200);
    expect(body['value']).toMatch(/^ek_[\w-]{20,}$/);
    const expiresAt = body['expires_at'] as number;
    expect([expiresAt >= before + 600, expiresAt <= secondsNow() + 600]).toEqual([true, true]);
    expect(body['session']).toMatchObject({
      type: 'realtime',
      object: 'realtime.session',
      model: 'greeter',
      instructions: INSTRUCTIONS,
      output_modalities: ['audio'],
      audio: { output: { voice: 'cedar' } },
    });
    expect(body['session']).not.toHaveProperty('temperature');
  });

  it('takes no body, an empty one, and Azure’s path', async () => {
    for (const { status, body } of [
      await post(SECRETS),
      await post(SECRETS, {}),
      await post(`/openai${SECRETS}`, {}),
    ]) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ value: expect.any(String) as string, session: { tools: [] } });
    }
  });

  it.each([
    ['{', 'invalid_value', null],
    ['[]', 'invalid_value', null],
    [{ expires_after: { anchor: 'created_at', seconds: 9 } }, 'invalid_value', /seconds$/],
    [{ expires_after: { anchor: 'created_at', seconds: 7201 } }, 'invalid_value', /seconds$/],
    [{ expires_after: { seconds: 'soon' } }, 'invalid_type', 'expires_after.seconds'],
    [{ expires_after: { anchor: 'now' } }, 'invalid_value', 'expires_after.anchor'],
    [{ sesion: {} }, 'unknown_parameter', 'sesion'],
    [{ session: {} }, 'missing_required_parameter', 'session.type'],
    [{ session: { type: 'realtime', color: 1 } }, 'unknown_parameter', 'session.color'],
    [{ session: { type: 'realtime', prompt: { id: 'p' } } }, 'invalid_value', 'session.prompt'],
  ])('answers %j with 400 and what is wrong', async (body, code, param) => {
    const answer = await post(SECRETS, body);
    expect(answer.status).toBe(400);
    const { error } = answer.body as { error: Json };
    expect(Object.keys(error)).toEqual(['type', 'code', 'message', 'param']);
    expect(error).toMatchObject({ type: 'invalid_request_error', code });
    if (param instanceof RegExp) expect(error['param']).toMatch(param);
    else expect(error['param']).toBe(param);
  });

  it('refuses a body that is too large', async () => {
    const session = { type: 'realtime', instructions: 'x'.repeat(300 * 1024) };
    const { status, body } = await post(SECRETS, { session });
    expect([status, (body['error'] as Json)['type']]).toEqual([413, 'invalid_request_error']);
  });

  it('asks for a key, and takes no secret for one', async () => {
    for (const key of [null, 'sk-wrong', 'ek_made_up']) {
      const { status, body } = await post(SECRETS, {}, key);
      expect([status, (body['error'] as Json)['code']]).toEqual([401, 'invalid_api_key']);
    }
    const secret = await makeSecret();
    for (const path of [SECRETS, '/v1/realtime/sessions', '/v1/realtime/transcription_sessions']) {
      const { status, body } = await post(path, {}, secret);
      expect([status, (body['error'] as Json)['code']]).toEqual([403, 'insufficient_permissions']);
    }
  });
});

describe('the older routes', () => {
  it('answer with the flat session and its secret', async () => {
    const { status, body } = await post('/v1/realtime/sessions', {
      model: 'gpt-4o-realtime-preview',
      modalities: ['text'],
      instructions: INSTRUCTIONS,
      client_secret: { expires_after: { anchor: 'created_at', seconds: 30 } },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'realtime.session',
      model: 'gpt-4o-realtime-preview',
      modalities: ['text'],
      instructions: INSTRUCTIONS,
      input_audio_format: 'pcm16',
    });
    const { value, expires_at } = body['client_secret'] as { value: string; expires_at: number };
    expect(expires_at - secondsNow()).toBeLessThanOrEqual(30);
    const client = await connect(value, '?model=waiter');
    expect((await client.message('session.created')).session).toMatchObject({
      output_modalities: ['text'],
      instructions: INSTRUCTIONS,
    });
    await client.close();
  });

  it('make secrets of sessions that transcribe', async () => {
    const { status, body } = await post('/v1/realtime/transcription_sessions', {
      input_audio_format: 'g711_ulaw',
    });
    expect([status, body]).toMatchObject([
      200,
      { object: 'realtime.transcription_session', input_audio_format: 'g711_ulaw' },
    ]);
    const { value } = body['client_secret'] as { value: string };
    const client = await connect(value);
    expect((await client.message('session.created')).session).toMatchObject({
      type: 'transcription',
      audio: { input: { format: { type: 'audio/pcmu' } } },
    });
    await client.close();
  });

  it('name what is wrong as the flat body has it', async () => {
    const { status, body } = await post('/v1/realtime/sessions', { modalities: 'text' });
    expect([status, body]).toMatchObject([400, { error: { param: 'modalities' } }]);
    expect((body['error'] as Json)['message']).toContain("'modalities'");
  });
});

describe('a client secret', () => {
  it('opens sessions as it was made for, which the client may change', async () => {
    const secret = await makeSecret({
      type: 'realtime',
      model: 'greeter',
      instructions: INSTRUCTIONS,
      audio: { input: { turn_detection: null } },
    });
    for (let times = 0; times < 2; times += 1) {
      const client = await connect(secret);
      expect((await client.message('session.created')).session).toMatchObject({
        model: 'greeter',
        instructions: INSTRUCTIONS,
        audio: { input: { turn_detection: null } },
      });
      client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Mine.' } });
      expect((await client.message('session.updated')).session).toMatchObject({
        instructions: 'Mine.',
        audio: { input: { turn_detection: null } },
      });
      await client.close();
    }
  });

  it('leaves the choice of the model to a client that makes one', async () => {
    const secret = await makeSecret({ type: 'realtime', model: 'greeter' });
    const client = await connect(secret, '?model=waiter');
    expect((await client.message('session.created')).session).toMatchObject({ model: 'waiter' });
    await client.close();
  });

  it('comes from a browser as a subprotocol', async () => {
    const secret = await makeSecret();
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, {
      protocols: ['realtime', `openai-insecure-api-key.${secret}`],
    });
    await client.message('session.created');
    await client.close();
  });

  it('opens nothing else', async () => {
    const secret = await makeSecret();
    for (const path of ['/agents', '/sessions', '/sessions/sess_1/recording.wav']) {
      const response = await fetch(`${server.url}${path}`, { headers: { 'api-key': secret } });
      expect([response.status, await response.json()]).toMatchObject([
        403,
        { error: { code: 'insufficient_permissions', message: expect.any(String) as string } },
      ]);
    }
    const caller = await connect(secret);
    const { session } = await caller.message('session.created');
    const { id } = session as { id: string };
    const feed = await TestClient.open(`${server.wsUrl}/sessions/${id}/feed`, { key: secret });
    expect((await feed.closed).code).toBe(4403);
    await caller.close();
  });

  it('lets nobody in once it has expired, while its sessions go on', async () => {
    const secret = await makeSecret({ type: 'realtime' }, 10);
    const early = await connect(secret);
    await early.message('session.created');
    aheadMs += 10_000;
    const late = await connect(secret);
    expect((await late.closed).code).toBe(3000);
    expect(late.messages[0]).toMatchObject({ error: { code: 'invalid_api_key' } });
    early.send({ type: 'session.update', session: { type: 'realtime' } });
    await early.message('session.updated');
    await early.close();
  });

  it('is in no log', async () => {
    const secret = await makeSecret();
    await (await connect(secret)).close();
    expect(server.logged.text).not.toContain(secret);
  });
});
