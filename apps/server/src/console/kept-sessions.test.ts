import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wavHeader } from '@antiphon/audio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OTHER_TENANT_KEY, startTestServer, TENANT_KEY } from '../testing/test-server.ts';
import type { TestServer } from '../testing/test-server.ts';
import type { EndedPage } from './ended-sessions.ts';
import { firstRow } from './session-row.ts';

/** More than are held whole. */
const COUNT = 1_100;

const DAY_MS = 24 * 3_600_000;

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-kept-'));
  const now = Date.now();
  // The first ended twenty days ago, the others minute by minute until now.
  await keep('sess_0', now - 20 * DAY_MS);
  for (let index = 1; index < COUNT; index++) {
    await keep(`sess_${index}`, now - (COUNT - index) * 60_000);
  }
  server = await startTestServer({ dataDir: folder });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** A recording of a second, of acme's, as an earlier process left it. */
async function keep(id: string, endedAtMs: number): Promise<void> {
  const own = path.join(folder, 'recordings', id);
  await mkdir(own, { recursive: true });
  const row = firstRow({
    id,
    tenant: 'acme',
    agent: 'waiter',
    leg: 'realtime',
    pipeline: 'stub',
    startedAtMs: endedAtMs - 1_000,
    hasRecording: true,
  });
  const summary = { ...row, endedAtMs, endReason: 'callerLeft' };
  const started = { type: 'session.started', sessionId: id, agent: 'waiter', tenant: 'acme' };
  const header = wavHeader({ sampleRate: 8_000, channels: 2, dataBytes: 32_000 });
  await writeFile(path.join(own, 'summary.json'), JSON.stringify(summary));
  await writeFile(path.join(own, 'audio.wav'), Buffer.concat([header, Buffer.alloc(32_000)]));
  const events = path.join(own, 'events.jsonl');
  await writeFile(events, `${JSON.stringify({ ...started, atMs: row.startedAtMs })}\n`);
  await utimes(events, endedAtMs / 1_000, endedAtMs / 1_000);
}

const ask = (url: string, key = TENANT_KEY, method = 'GET') =>
  fetch(`${server.url}${url}`, { method, headers: { authorization: `Bearer ${key}` } });

const list = async (query: string): Promise<EndedPage> =>
  (await (await ask(`/console/sessions?${query}`)).json()) as EndedPage;

describe('a recorded session that ended weeks and a thousand sessions ago', () => {
  it('is listed on the last page, and found', async () => {
    const ids: string[] = [];
    await expect.poll(async () => (await list('q=sess_0')).rows).toHaveLength(1);
    for (let next: string | null = ''; next !== null;) {
      const page: EndedPage = await list(`limit=200${next === '' ? '' : `&cursor=${next}`}`);
      ids.push(...page.rows.map(({ id }) => id));
      ({ next } = page);
    }
    expect(ids).toHaveLength(COUNT);
    expect(ids.at(-1)).toBe('sess_0');
  });

  it('is shown, replayed and heard by its tenant, and by no other', async () => {
    for (const url of [
      '/console/sessions/sess_0',
      '/console/sessions/sess_0/replay',
      '/console/sessions/sess_0/waveform',
      '/sessions/sess_0/recording.wav',
      '/sessions/sess_0/events.jsonl',
    ]) {
      expect([url, (await ask(url)).status]).toEqual([url, 200]);
      expect([url, (await ask(url, OTHER_TENANT_KEY)).status]).toEqual([url, 404]);
    }
    expect(await (await ask('/console/sessions/sess_0')).json()).toMatchObject({
      row: { id: 'sess_0', tenant: 'acme' },
      recordingMs: 1_000,
    });
  });

  it('is deleted when asked, by its tenant and by no other', async () => {
    const url = '/console/sessions/sess_0';
    expect((await ask(url, OTHER_TENANT_KEY, 'DELETE')).status).toBe(404);
    expect((await stat(path.join(folder, 'recordings', 'sess_0'))).isDirectory()).toBe(true);
    expect((await ask(url, TENANT_KEY, 'DELETE')).status).toBe(204);
    expect((await ask(url)).status).toBe(404);
    expect((await list('q=sess_0')).rows).toEqual([]);
    await expect(stat(path.join(folder, 'recordings', 'sess_0'))).rejects.toThrow('ENOENT');
  });
});
