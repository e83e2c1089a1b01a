import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type {
  Charts,
  ConsoleSettings,
  Fleet,
  Replay,
  SessionAnalysis,
  SessionDetail,
  Waveform,
} from '@antiphon/observability';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { speakTurn } from '../testing/spoken-turn.ts';
import { TestClient } from '../testing/test-client.ts';
import { startTestServer, TENANT_KEY, TEST_KEY } from '../testing/test-server.ts';
import type { TestServer } from '../testing/test-server.ts';
import type { EndedPage } from './ended-sessions.ts';

let server: TestServer;
let ended: string;

beforeAll(async () => {
  server = await startTestServer();
  const client = await openCall();
  ended = await idOf(client);
  speakTurn(client);
  await client.message('response.done');
  await client.close();
  await vi.waitUntil(
    async () => (await get<SessionDetail>(`/console/sessions/${ended}`)).recordingMs !== null,
    {
      timeout: 10_000,
    },
  );
});

afterAll(() => server.close());

const openCall = () => TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });

async function idOf(client: TestClient): Promise<string> {
  const { session } = await client.message('session.created');
  return (session as { id: string }).id;
}

const ask = (url: string, init: RequestInit = {}) => fetch(`${server.url}${url}`, init);

const withKey = { headers: { authorization: `Bearer ${TEST_KEY}` } };

async function get<T>(url: string): Promise<T> {
  const response = await ask(url, withKey);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

function logIn(key: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ key });
  return ask('/console/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

describe('the login of the console', () => {
  it('exchanges an API key for a cookie that scripts cannot read and that is not the key', async () => {
    const response = await logIn(TEST_KEY);
    expect(response.status).toBe(204);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/u);
    expect(cookie).toMatch(/SameSite=Strict/u);
    expect(cookie).not.toContain(TEST_KEY);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect((await ask('/console/sessions', { headers })).status).toBe(200);
    expect((await ask(`/sessions/${ended}/recording.wav`, { headers })).status).toBe(200);
    expect((await ask('/console/logout', { method: 'POST', headers })).status).toBe(204);
    expect((await ask('/console/sessions', { headers })).status).toBe(401);
  });

  it('opens nothing to who has neither', async () => {
    for (const url of [
      '/console/sessions',
      '/console/chart',
      '/console/fleet',
      '/console/settings',
    ]) {
      const response = await ask(url, { headers: { cookie: 'antiphon_console=guessed' } });
      expect(response.status).toBe(401);
    }
  });

  it.each([
    ['a page of another server', { origin: 'https://elsewhere.example' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('is refused to %s', async (_whom, headers) => {
    expect((await logIn(TEST_KEY, headers)).status).toBe(403);
  });

  it('says what is wrong with a request', async () => {
    const response = await ask('/console/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"kee":"x"}',
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('key')]);
  });

  it('lets nobody guess for long, and whoever has the key in afterwards', async () => {
    const other = await startTestServer();
    const statuses = await Promise.all(
      Array.from({ length: 14 }, async () => {
        const response = await fetch(`${other.url}/console/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"key":"sk-wrong"}',
        });
        return response.status;
      }),
    );
    expect(statuses.filter((status) => status === 401).length).toBeLessThan(13);
    expect(statuses).toContain(429);
    await other.close();
  });
});

describe('a session that ended', () => {
  it('is listed and found by what it is called', async () => {
    const { rows, next } = await get<EndedPage>(`/console/sessions?q=${ended.slice(-6)}`);
    expect(next).toBeNull();
    expect(rows).toMatchObject([
      { id: ended, agent: 'waiter', endReason: 'callerLeft', turns: 1, hasRecording: true },
    ]);
    expect((await get<EndedPage>('/console/sessions?q=nobody')).rows).toEqual([]);
  });

  it('is shown whole, with the length of its recording and its shape', async () => {
    const { row, events, isPartial, recordingMs } = await get<SessionDetail>(
      `/console/sessions/${ended}`,
    );
    expect(row.id).toBe(ended);
    expect(isPartial).toBe(false);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ type }) => type)).toContain('turn');
    expect(recordingMs).toBeGreaterThan(500);
    const shape = await get<Waveform>(`/console/sessions/${ended}/waveform?points=50`);
    expect(shape.caller.length).toBeLessThanOrEqual(50);
    expect(Math.max(...shape.caller)).toBeGreaterThan(0.1);
  });

  it('is gone through again as it was recorded', async () => {
    const replay = await get<Replay>(`/console/sessions/${ended}/replay`);
    expect(replay).toMatchObject({ disagreement: null, problem: null });
    expect(replay.steps.flatMap(({ states }) => states)).toContain('turn.responding.speaking');
  });

  it('shows what a model made of it, and that nobody has asked one', async () => {
    const url = `/console/sessions/${ended}/analysis`;
    expect(await get<SessionAnalysis>(url)).toEqual({ analysis: null, isOn: false });
    const analysis: SessionAnalysis['analysis'] = {
      version: 1,
      sessionId: ended,
      agent: 'waiter',
      analyzedAt: '2026-01-01T00:00:00.000Z',
      analyst: { provider: 'gemini', model: 'one', answeredBy: null },
      rubric: { name: 'house', fingerprint: '0123456789ab' },
      callMs: 2_000,
      summary: 'Nothing much.',
      resolution: 'unclear',
      overall: null,
      scores: [],
      notes: [],
      usage: null,
    };
    const file = path.join(server.dataDir, 'recordings', ended, 'analysis.json');
    await writeFile(file, JSON.stringify(analysis));
    expect(await get<SessionAnalysis>(url)).toEqual({ analysis, isOn: false });
    await writeFile(file, '{"version":');
    expect((await get<SessionAnalysis>(url)).analysis).toBeNull();
    expect((await ask(url)).status).toBe(401);
  });

  it('can be heard from anywhere', async () => {
    const headers = { ...withKey.headers, range: 'bytes=44-143' };
    const part = await ask(`/sessions/${ended}/recording.wav`, { headers });
    expect(part.status).toBe(206);
    expect((await part.arrayBuffer()).byteLength).toBe(100);
  });

  it('is deleted when asked, once it is over', async () => {
    const client = await openCall();
    const id = await idOf(client);
    const remove = { ...withKey, method: 'DELETE' };
    expect((await ask(`/console/sessions/${id}`, remove)).status).toBe(409);
    expect((await ask(`/console/sessions/${id}/replay`, withKey)).status).toBe(409);
    await client.close();
    await expect.poll(async () => (await ask(`/console/sessions/${id}`, remove)).status).toBe(204);
    expect((await ask(`/console/sessions/${id}`, withKey)).status).toBe(404);
    expect((await ask(`/sessions/${id}/recording.wav`, withKey)).status).toBe(404);
  });
});

describe('what a console asks', () => {
  it('is refused by name where it makes no sense', async () => {
    for (const [url, name] of [
      ['/console/sessions?limit=100000', 'limit'],
      ['/console/sessions?limit=x', 'limit'],
      [`/console/sessions/${ended}/waveform?points=0`, 'points'],
    ]) {
      const response = await ask(url!, withKey);
      expect([response.status, await response.text()]).toEqual([
        400,
        expect.stringContaining(name!),
      ]);
    }
    for (const id of ['sess_none', '..%2f..%2fapi-key']) {
      for (const rest of ['', '/replay', '/waveform', '/analysis']) {
        expect((await ask(`/console/sessions/${id}${rest}`, withKey)).status).toBe(404);
      }
    }
  });

  it('is answered with the charts and the fleet', async () => {
    expect((await get<Charts>('/console/chart')).session.id).toBe('session');
    const fleet = await get<Fleet>('/console/fleet');
    expect(fleet.turns).toBeGreaterThan(0);
    expect(fleet.hops.voiceToVoice?.p95).toBeGreaterThan(0);
    expect(fleet.slowest[0]?.sessionId).toBe(ended);
    expect(fleet.workers).toEqual([
      { name: `${hostname()}:${process.pid}`, sessions: expect.any(Number), max: 10 },
    ]);
    expect(fleet.queue).toEqual({ state: 'none' });
  });

  it('is answered with the trace viewer where there is one, which is the operators’ alone', async () => {
    expect(await get<ConsoleSettings>('/console/settings')).toEqual({ traceUrl: null });
    const traceUrl = 'http://localhost:16686/trace/{traceId}';
    const other = await startTestServer({ traceUrl });
    const told = async (key: string) => {
      const headers = { authorization: `Bearer ${key}` };
      return (await fetch(`${other.url}/console/settings`, { headers })).json();
    };
    expect(await told(TEST_KEY)).toEqual({ traceUrl });
    expect(await told(TENANT_KEY)).toEqual({ traceUrl: null });
    await other.close();
  });
});

describe('recordings of earlier processes', () => {
  it('are shown again, a crashed one by name, and deleted when they are old', async () => {
    const first = await startTestServer();
    const folder = path.join(first.dataDir, 'recordings', 'sess_crashed');
    await mkdir(folder, { recursive: true });
    const started = {
      type: 'session.started',
      sessionId: 'sess_crashed',
      agent: 'waiter',
      atMs: 5,
    };
    await writeFile(path.join(folder, 'events.jsonl'), `${JSON.stringify(started)}\n{"type":"sta`);
    const second = await startTestServer({ dataDir: first.dataDir });
    const response = await fetch(`${second.url}/console/sessions`, withKey);
    const { rows } = (await response.json()) as EndedPage;
    expect(rows).toMatchObject([{ id: 'sess_crashed', agent: 'waiter', endReason: 'crashed' }]);
    const replay = await fetch(`${second.url}/console/sessions/sess_crashed/replay`, withKey);
    expect(await replay.json()).toMatchObject({
      steps: [],
      problem: expect.stringContaining('cannot be replayed'),
    });
    await second.close();
    await first.close();
  });
});
