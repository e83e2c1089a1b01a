import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readWav } from '@antiphon/audio';
import type { SessionDetail, Waveform } from '@antiphon/observability';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ServerDeps } from '../server.ts';
import { speak } from '../testing/spoken-turn.ts';
import { TestClient } from '../testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from '../testing/test-server.ts';
import type { TestServer } from '../testing/test-server.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const HEADER_BYTES = 44;

/** As often servers look at each other's calls. */
const LOOK_MS = 10_000;

let folder: string;
const closings: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-killed-'));
  await writeAgent(path.join(folder, 'agents'), 'waiter', null);
});

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true });
});

/** A server in a process of its own, and how it is killed. */
async function startProcess(): Promise<{ url: string; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ['--conditions=antiphon-source', '--import', TSX, MAIN], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      ANTIPHON_AGENTS_DIR: 'agents',
      ANTIPHON_PORT: '0',
      ANTIPHON_API_KEYS: TEST_KEY,
      ANTIPHON_DATA_DIR: path.join(folder, 'data'),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  closings.push(() => child.kill('SIGKILL'));
  let output = '';
  while (!output.includes('Ctrl-C stops it.')) {
    output += String((await once(child.stdout, 'data'))[0]);
  }
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(output) ?? [];
  return {
    url: `ws://127.0.0.1:${port}/v1/realtime`,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function openCall(url: string): Promise<{ client: TestClient; id: string }> {
  const client = await TestClient.open(url, { key: TEST_KEY });
  const { session } = await client.message('session.created');
  return { client, id: (session as { id: string }).id };
}

const fileOf = (id: string, name: string) => path.join(folder, 'data', 'recordings', id, name);

/** The caller goes on speaking until so many bytes are in the file. */
async function speakUntil(client: TestClient, file: string, bytes: number): Promise<void> {
  while (((await stat(file).catch(() => null))?.size ?? 0) <= bytes) {
    speak(client, 200);
    await sleep(200);
  }
}

async function ask(server: TestServer, url: string): Promise<Response> {
  return fetch(`${server.url}${url}`, { headers: { authorization: `Bearer ${TEST_KEY}` } });
}

async function serverOf(deps?: ServerDeps): Promise<TestServer> {
  const server = await startTestServer({ dataDir: path.join(folder, 'data') }, deps);
  closings.push(() => server.close());
  return server;
}

/** How a session ended, as a server lists it. */
async function endReasonOf(server: TestServer, id: string): Promise<unknown> {
  const detail = await ask(server, `/console/sessions/${id}`);
  return detail.ok ? ((await detail.json()) as SessionDetail).row.endReason : detail.status;
}

/** Whether a recording has the header of one that goes on. */
async function goesOn(id: string): Promise<boolean> {
  const file = await readFile(fileOf(id, 'audio.wav'));
  return file.readUInt32LE(40) !== file.length - HEADER_BYTES;
}

it('calls of a server are left to it until it is killed, then say what is missing, and can be heard as far as they go', async () => {
  const first = await startProcess();
  const long = await openCall(first.url);
  const ending = await openCall(first.url);
  await speakUntil(long.client, fileOf(long.id, 'audio.wav'), HEADER_BYTES);
  const short = await openCall(first.url);
  await speakUntil(short.client, fileOf(short.id, 'events.jsonl'), 0);

  const clock = new DrivenClock();
  const beside = await serverOf({ clock });
  const seenBeside = (id: string) => {
    clock.advance(LOOK_MS);
    return endReasonOf(beside, id);
  };
  for (const { id } of [long, ending, short]) expect(await endReasonOf(beside, id)).toBe(404);
  await ending.client.close();
  await expect.poll(() => seenBeside(ending.id)).toBe('callerLeft');
  for (const { id } of [long, short]) {
    expect(await seenBeside(id)).toBe(404);
    expect(await goesOn(id)).toBe(true);
    await expect(stat(fileOf(id, 'summary.json'))).rejects.toThrow('ENOENT');
  }

  await first.kill();
  const written = (await stat(fileOf(long.id, 'audio.wav'))).size;

  const next = await serverOf();
  for (const { id } of [long, short]) {
    const detail = (await (await ask(next, `/console/sessions/${id}`)).json()) as SessionDetail;
    expect(detail.row).toMatchObject({
      endReason: 'crashed',
      recordingFault: 'the process died: the last seconds are missing',
    });
    const sound = Buffer.from(
      await (await ask(next, `/sessions/${id}/recording.wav`)).arrayBuffer(),
    );
    expect([sound.readUInt32LE(4), sound.readUInt32LE(40)]).toEqual([
      sound.length - 8,
      sound.length - HEADER_BYTES,
    ]);
    const { pcm, sampleRate } = readWav(sound);
    expect(detail.recordingMs).toBeCloseTo((1000 * pcm.length) / 2 / sampleRate, 3);
    const shape = await ask(next, `/console/sessions/${id}/waveform?points=50`);
    const { caller } = (await shape.json()) as Waveform;
    expect(caller.length > 0).toBe(pcm.length > 0);
    await expect(stat(fileOf(id, 'owner'))).rejects.toThrow('ENOENT');
  }
  for (const { id } of [long, short]) {
    await expect.poll(() => seenBeside(id)).toBe('crashed');
  }
  const heard = (await stat(fileOf(long.id, 'audio.wav'))).size;
  expect(heard).toBeGreaterThan(HEADER_BYTES);
  expect(written - heard).toBeLessThan(4);
  const replay = await ask(next, `/console/sessions/${long.id}/replay`);
  expect(await replay.json()).toMatchObject({ problem: null, disagreement: null });
});
