import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav } from '@antiphon/audio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { speakTurn } from './testing/spoken-turn.ts';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const PAGE = '<!doctype html><script src="/assets/page.js"></script>';

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antiphon-console-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(folder, 'assets', 'page.js'), 'void 0;');
  server = await startTestServer({}, { consoleDir: folder });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const get = (address: string, key: string | null = TEST_KEY) =>
  fetch(
    `${server.url}${address}`,
    key === null ? {} : { headers: { authorization: `Bearer ${key}` } },
  );

async function openSession(query = '') {
  const client = await TestClient.open(`${server.wsUrl}/v1/realtime${query}`, { key: TEST_KEY });
  const { session } = await client.message('session.created');
  return { client, id: (session as { id: string }).id };
}

describe('the HTTP side', () => {
  it('says without a key that it is alive and ready', async () => {
    const health = await get('/healthz', null);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const ready = await get('/readyz', null);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
  });

  it.each([
    '/agents',
    '/sessions',
    '/sessions/sess_1/recording.wav',
    '/sessions/sess_1/events.jsonl',
  ])('asks for the key at %s', async (path) => {
    for (const key of [null, 'sk-wrong', '']) {
      const response = await get(path, key);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      const { error } = (await response.json()) as { error: { message: string } };
      expect(error.message).toContain('Incorrect API key provided');
    }
    expect((await get(`${path}?key=${TEST_KEY}`, null)).status).toBe(401);
  });

  it.each(['/v1/realtime/calls', '/v1/realtime/calls/rtc_1/hangup'])(
    'says at %s that calls come by WebSocket',
    async (path) => {
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/sdp' },
        body: 'v=0',
      });
      expect(response.status).toBe(501);
      const { error } = (await response.json()) as { error: { message: string } };
      expect(error.message).toContain('/v1/realtime');
    },
  );

  it('lists the agents', async () => {
    const agent = { pipeline: 'stub', isDefault: false };
    expect(await (await get('/agents')).json()).toEqual({
      agents: [
        { ...agent, name: 'greeter', description: 'Says the same every time, as greeter.' },
        {
          ...agent,
          name: 'waiter',
          description: 'Says the same every time, as waiter.',
          isDefault: true,
        },
      ],
    });
  });

  it('lists the live sessions and how they stand', async () => {
    const { client, id } = await openSession('?agent=greeter');
    await client.message('response.output_audio.delta');
    const { sessions } = (await (await get('/sessions')).json()) as { sessions: object[] };
    expect(sessions).toEqual([
      {
        tenant: null,
        id,
        agent: 'greeter',
        startedAtMs: expect.any(Number) as number,
        state: { caller: 'silent', turn: 'responding.speaking', agentAudio: 'playing' },
      },
    ]);
    await client.close();
    await expect.poll(async () => (await get('/sessions')).json()).toEqual({ sessions: [] });
  });

  it('gives the recording and the events of a session once it has ended', async () => {
    const { client, id } = await openSession();
    speakTurn(client);
    await client.message('response.output_audio.delta');
    expect((await get(`/sessions/${id}/recording.wav`)).status).toBe(409);
    await client.close();
    await expect.poll(async () => (await get(`/sessions/${id}/recording.wav`)).status).toBe(200);
    const wav = await get(`/sessions/${id}/recording.wav`);
    expect(wav.headers.get('content-type')).toBe('audio/wav');
    const { channels, sampleRate, pcm } = readWav(new Uint8Array(await wav.arrayBuffer()));
    expect({ channels, sampleRate }).toEqual({ channels: 2, sampleRate: 8000 });
    expect(pcm.some((sample, index) => index % 2 === 0 && sample > 4_000)).toBe(true);
    const lines = (await (await get(`/sessions/${id}/events.jsonl`)).text()).trim().split('\n');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types[0]).toBe('session.started');
    expect(types.at(-1)).toBe('session.ended');
  });

  it('knows no recording of a session that never was, and no way out of the folder', async () => {
    for (const id of ['sess_unknown', '..', '%2e%2e', '..%2f..%2fapi-key', 'sess_a%2fb']) {
      const response = await get(`/sessions/${id}/recording.wav`);
      expect(response.status).toBe(404);
    }
    expect((await get('/sessions/sess_unknown/api-key')).status).toBe(404);
  });

  it('serves the console at each of its addresses, which may load nothing from elsewhere', async () => {
    for (const address of ['/', '/talk', '/fleet', '/s/sess_one', '/s/sess_one/turns/2']) {
      const page = await get(address, null);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(await page.text()).toBe(PAGE);
    }
    for (const [address, type] of [
      ['/assets/page.js', 'javascript'],
      ['/icon.svg', 'image/svg+xml'],
    ] as const) {
      const file = await get(address, null);
      expect(file.status).toBe(200);
      expect(file.headers.get('content-type')).toContain(type);
      expect(file.headers.get('content-security-policy')).toContain("default-src 'self'");
    }
  });

  it('says so at each of its addresses while the console is not built', async () => {
    const bare = await startTestServer({}, { consoleDir: join(folder, 'nothing') });
    try {
      const page = await fetch(`${bare.url}/talk`);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('The console is not built');
      expect((await fetch(`${bare.url}/assets/page.js`)).status).toBe(404);
      expect((await fetch(`${bare.url}/icon.svg`)).status).toBe(404);
    } finally {
      await bare.close();
    }
  });

  it('answers what is not there with an error in JSON', async () => {
    const response = await get('/nothing', null);
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: { message: 'There is nothing here.' } },
    ]);
  });

  it('answers an address that cannot be read with an error in JSON', async () => {
    for (const address of ['/%', '/sessions/%']) {
      const response = await get(address);
      expect(response.status).toBe(400);
      const { error } = (await response.json()) as { error: { message: string } };
      expect(error.message).toContain('%');
    }
  });

  it('keeps no recording when recordings are off', async () => {
    const silent = await startTestServer({ recordings: false });
    const client = await TestClient.open(`${silent.wsUrl}/v1/realtime`, { key: TEST_KEY });
    const { session } = await client.message('session.created');
    await client.close();
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    const { id } = session as { id: string };
    const path = `${silent.url}/sessions/${id}/recording.wav`;
    await expect.poll(async () => (await fetch(path, { headers })).status).toBe(404);
    await silent.close();
  });
});
