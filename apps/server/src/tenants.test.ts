import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Fleet, SessionDetail } from '@antiphon/observability';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { speakTurn } from './testing/spoken-turn.ts';
import { TestClient } from './testing/test-client.ts';
import { OTHER_TENANT_KEY, startTestServer, TENANT_KEY, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';
import type { EndedPage } from './console/ended-sessions.ts';

let server: TestServer;
/** A call of acme's that goes on, and one that has ended. */
let live: string;
let ended: string;
let call: TestClient;

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const ask = (url: string, key: string, method = 'GET') =>
  fetch(`${server.url}${url}`, { method, headers: bearer(key) });
const json = async <T>(url: string, key: string) => (await (await ask(url, key)).json()) as T;

async function openCall(key: string): Promise<{ client: TestClient; id: string }> {
  const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key });
  const { session } = await client.message('session.created');
  return { client, id: (session as { id: string }).id };
}

beforeAll(async () => {
  server = await startTestServer();
  const first = await openCall(TENANT_KEY);
  ended = first.id;
  speakTurn(first.client);
  await first.client.message('response.done');
  await first.client.close();
  const second = await openCall(TENANT_KEY);
  ({ id: live, client: call } = second);
  await vi.waitUntil(
    async () =>
      (await json<SessionDetail>(`/console/sessions/${ended}`, TEST_KEY)).recordingMs !== null,
    { timeout: 10_000 },
  );
});

afterAll(async () => {
  await call.close();
  await server.close();
});

const pathsOf = (id: string) => [
  `/console/sessions/${id}`,
  `/console/sessions/${id}/replay`,
  `/console/sessions/${id}/waveform`,
  `/console/sessions/${id}/analysis`,
  `/sessions/${id}/recording.wav`,
  `/sessions/${id}/events.jsonl`,
];

/** How the feed of a session closes, or that it says something. */
function feedOf(id: string, key: string): Promise<number | 'told'> {
  const socket = new WebSocket(`${server.wsUrl}/sessions/${id}/feed`, { headers: bearer(key) });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => resolve(code));
    socket.on('message', () => {
      resolve('told');
      socket.close();
    });
  });
}

describe("a tenant's session", () => {
  it('is seen by its own keys and by those of operators', async () => {
    for (const key of [TENANT_KEY, TEST_KEY]) {
      for (const url of pathsOf(ended))
        expect([url, (await ask(url, key)).status]).toEqual([url, 200]);
      expect(await feedOf(live, key)).toBe('told');
      const { sessions } = await json<{ sessions: { id: string }[] }>('/sessions', key);
      expect(sessions.map(({ id }) => id)).toContain(live);
      const { rows } = await json<EndedPage>('/console/sessions', key);
      expect(rows).toContainEqual(expect.objectContaining({ id: ended, tenant: 'acme' }));
      expect((await json<Fleet>('/console/fleet', key)).turns).toBe(1);
    }
  });

  it("is to another's keys as one that never was", async () => {
    const answerTo = async (url: string, method?: string) => {
      const response = await ask(url, OTHER_TENANT_KEY, method);
      return [response.status, await response.text()];
    };
    for (const id of [ended, live]) {
      for (const [index, url] of pathsOf(id).entries()) {
        const answer = await answerTo(url);
        expect(answer[0]).toBe(404);
        expect(answer).toEqual(await answerTo(pathsOf('sess_never')[index] ?? ''));
      }
      expect(await answerTo(`/console/sessions/${id}`, 'DELETE')).toEqual(
        await answerTo('/console/sessions/sess_never', 'DELETE'),
      );
      expect(await feedOf(id, OTHER_TENANT_KEY)).toBe(await feedOf('sess_never', OTHER_TENANT_KEY));
    }
    expect(await json('/sessions', OTHER_TENANT_KEY)).toEqual({ sessions: [] });
    expect(await json(`/console/sessions?q=${ended}`, OTHER_TENANT_KEY)).toMatchObject({
      rows: [],
    });
    expect(await json('/console/fleet', OTHER_TENANT_KEY)).toMatchObject({
      turns: 0,
      slowest: [],
      workers: [{ sessions: 0 }],
    });
    for (const key of [TENANT_KEY, TEST_KEY]) {
      expect(await json('/console/fleet', key)).toMatchObject({ workers: [{ sessions: 1 }] });
    }
    expect((await ask(`/console/sessions/${ended}`, TENANT_KEY)).status).toBe(200);
  });

  it('is its own where a client secret of its key opened it', async () => {
    const response = await ask('/v1/realtime/client_secrets', OTHER_TENANT_KEY, 'POST');
    const { value } = (await response.json()) as { value: string };
    const { client, id } = await openCall(value);
    expect(await json('/sessions', OTHER_TENANT_KEY)).toMatchObject({ sessions: [{ id }] });
    expect((await ask(`/console/sessions/${id}`, TENANT_KEY)).status).toBe(404);
    await client.close();
  });

  it('says whose it is in what is recorded, so that a crash changes nothing', async () => {
    const folder = path.join(server.dataDir, 'recordings', ended);
    expect(await readdir(folder)).toContain('events.jsonl');
    const [started] = (await readFile(path.join(folder, 'events.jsonl'), 'utf8')).split('\n');
    expect(JSON.parse(started ?? '')).toMatchObject({ type: 'session.started', tenant: 'acme' });
  });
});

describe("a tenant's login", () => {
  it('opens the console with its own sessions', async () => {
    const login = await fetch(`${server.url}/console/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: OTHER_TENANT_KEY }),
    });
    const headers = { cookie: login.headers.get('set-cookie')?.split(';')[0] ?? '' };
    const see = async (url: string) => (await fetch(`${server.url}${url}`, { headers })).status;
    expect(await see('/console/sessions')).toBe(200);
    expect(await see(`/console/sessions/${ended}`)).toBe(404);
    expect(await see(`/sessions/${ended}/recording.wav`)).toBe(404);
  });
});

describe('what is for operators', () => {
  it.each(['/metrics', '/admin/queues'])("is not opened by a tenant's key: %s", async (url) => {
    expect((await ask(url, TENANT_KEY)).status).toBe(403);
    expect((await ask(url, TEST_KEY)).status).not.toBe(403);
  });
});
