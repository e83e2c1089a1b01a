import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SessionDetail, SessionRow } from '@antiphon/observability';
import { FileRecorder } from '@antiphon/storage';
import type { StorageError } from '@antiphon/storage';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { readPrometheusText } from '../testing/prometheus-text.ts';
import { TestClient } from '../testing/test-client.ts';
import { startTestServer, TEST_KEY } from '../testing/test-server.ts';
import { recordingFaultOf } from './recording-fault.ts';

const atEnd: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of atEnd.splice(0).toReversed()) await close();
});

/** The faults that a recorder tells of a session that is recorded onto such a disk. */
async function faultsOf(code: string): Promise<(StorageError | null)[]> {
  const faults: (StorageError | null)[] = [];
  const refuse = () => Promise.reject(Object.assign(new Error(code), { code }));
  const recorder = new FileRecorder({
    folder: '/recordings',
    clock: new DrivenClock(),
    disk: { makeFolder: refuse, create: refuse, remove: refuse },
    onFault: (_sessionId, fault) => faults.push(fault),
  });
  await recorder.open('sess_1', 0).close();
  return faults;
}

describe('what is wrong with a recording', () => {
  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk is full'],
    ['EROFS', 'its files cannot be written (EROFS)'],
  ])('%s is told as "%s"', async (code, words) => {
    expect((await faultsOf(code)).map(recordingFaultOf)).toEqual([words]);
  });

  it('nothing, where there is no fault', () => expect(recordingFaultOf(null)).toBeNull());

  it('is seen in the row while the session lives and afterwards, in log, feed and metrics', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'antiphon-fault-'));
    atEnd.push(() => rm(dataDir, { recursive: true }));
    await mkdir(dataDir, { recursive: true });
    // Where the folder of the recordings would be.
    await writeFile(path.join(dataDir, 'recordings'), '');
    const server = await startTestServer({ dataDir });
    atEnd.push(() => server.close());
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime`, { key: TEST_KEY });
    const { session } = (await client.message('session.created')) as unknown as {
      session: { id: string };
    };
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    const detail = async () => {
      const response = await fetch(`${server.url}/console/sessions/${session.id}`, { headers });
      return (await response.json()) as SessionDetail;
    };
    const words = /^its files cannot be written \(E(NOTDIR|EXIST)\)$/u;
    const row = async (): Promise<SessionRow> => (await detail()).row;
    await expect.poll(async () => (await row()).recordingFault, { timeout: 5_000 }).toMatch(words);
    expect((await row()).endedAtMs).toBeNull();
    const told = (await detail()).events.filter(({ type }) => type === 'recording');
    expect(told).toMatchObject([{ fault: expect.stringMatching(words) as string }]);

    await client.close();
    await expect.poll(async () => (await row()).endedAtMs).not.toBeNull();
    expect((await row()).recordingFault).toMatch(words);
    const scrape = async () =>
      readPrometheusText(await (await fetch(`${server.url}/metrics`, { headers })).text()).samples;
    await expect
      .poll(async () =>
        (await scrape()).find(({ name }) => name === 'antiphon_recordings_incomplete_total'),
      )
      .toMatchObject({ value: 1 });
    const samples = await scrape();
    const lost = samples.find(({ name }) => name === 'antiphon_recording_lost_total');
    expect(lost?.value).toBeGreaterThan(100);
    expect(samples).toContainEqual({
      name: 'antiphon_recording_faults_total',
      labels: { error_type: 'write_failed' },
      value: 1,
    });
    const warned = server.logged.lines.filter(({ msg }) => String(msg).startsWith('recording'));
    expect(warned).toMatchObject([{ sessionId: session.id, level: 40 }]);
  });
});
