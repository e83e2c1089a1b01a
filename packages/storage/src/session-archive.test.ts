import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bytesToPcm16, readWav, wavHeader } from '@antiphon/audio';
import { DrivenClock } from '@antiphon/session/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileRecorder } from './file-recorder.ts';
import { SessionArchive } from './session-archive.ts';

let folder: string;
let archive: SessionArchive;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-archive-'));
  archive = new SessionArchive(folder);
  await record('sess_a');
});
afterAll(() => rm(folder, { recursive: true }));

/** Two seconds, in the second of which the caller speaks at half of full scale. */
async function record(id: string): Promise<void> {
  const clock = new DrivenClock();
  const recording = new FileRecorder({ folder, clock }).open(id, clock.now());
  recording.event({ type: 'session.started', sessionId: id, agent: 'test', atMs: clock.now() });
  for (let frame = 0; frame < 100; frame++) {
    const pcm = new Int16Array(160).fill(frame < 50 ? 0 : 16_384);
    clock.advance(20);
    recording.caller({ pcm, sampleRate: 8000, atMs: clock.now() });
  }
  recording.event({ type: 'session.ended', reason: 'callerLeft', atMs: clock.now() });
  await recording.close();
}

describe('the archive', () => {
  it('reads the events and the length of a recording', async () => {
    expect((await archive.events('sess_a'))?.map(({ type }) => type)).toEqual([
      'session.started',
      'session.ended',
    ]);
    expect(await archive.recordingMs('sess_a')).toBeCloseTo(2_000, -2);
  });

  it('shows the shape of both sides', async () => {
    const peaks = await archive.peaks('sess_a', 20);
    expect(peaks?.msPerPoint).toBeCloseTo(100, -1);
    expect(peaks?.caller[3]).toBe(0);
    expect(peaks?.caller[15]).toBe(0.5);
    expect(Math.max(...(peaks?.agent ?? [1]))).toBe(0);
    expect(peaks?.caller).toHaveLength(peaks?.agent.length ?? 0);
  });

  it('reads what a crash left: half a line, half a sample and a header without a length', async () => {
    await record('sess_crashed');
    const events = path.join(folder, 'sess_crashed', 'events.jsonl');
    await appendFile(events, '{"type":"state.cha');
    const audio = path.join(folder, 'sess_crashed', 'audio.wav');
    await truncate(audio, 44 + 8000 * 4 + 3);
    expect(await archive.events('sess_crashed')).toHaveLength(2);
    expect(await archive.recordingMs('sess_crashed')).toBe(1_000);
    expect((await archive.peaks('sess_crashed', 10))?.caller).toHaveLength(10);
  });

  it('completes the header of a recording that a crash left, once', async () => {
    await record('sess_cut');
    const audio = path.join(folder, 'sess_cut', 'audio.wav');
    const whole = await readFile(audio);
    expect(await archive.completeSound('sess_cut')).toBe(false);
    expect(await readFile(audio)).toEqual(whole);
    const header = wavHeader({ sampleRate: 8000, channels: 2 });
    const half = Buffer.concat([header, whole.subarray(44, 44 + 8000 * 4 + 3)]);
    await writeFile(audio, half);
    expect(await archive.completeSound('sess_cut')).toBe(true);
    const completed = await readFile(audio);
    expect(completed).toHaveLength(44 + 8000 * 4);
    expect(readWav(completed).pcm).toHaveLength(2 * 8000);
    expect([completed.readUInt32LE(4), completed.readUInt32LE(40)]).toEqual([36 + 32_000, 32_000]);
    expect(await archive.completeSound('sess_cut')).toBe(false);
    await writeFile(audio, header);
    expect(await archive.completeSound('sess_cut')).toBe(true);
    expect(await archive.recordingMs('sess_cut')).toBe(0);
    expect(await archive.completeSound('sess_none')).toBe(false);
  });

  it('knows nothing of a session that never was, and no way out of its folder', async () => {
    expect(await archive.events('sess_none')).toBeNull();
    expect(await archive.recordingMs('sess_none')).toBeNull();
    expect(await archive.peaks('sess_none', 10)).toBeNull();
    await expect(archive.mono('sess_none', 1).next()).rejects.toThrow('ENOENT');
    expect(await archive.delete('sess_none')).toBe(false);
    await expect(archive.events('../sess_a')).rejects.toThrow('names no session');
    await expect(archive.delete('..')).rejects.toThrow('names no session');
  });

  it('mixes both sides into one channel, and what is too loud is as loud as can be', async () => {
    await record('sess_mixed');
    const audio = path.join(folder, 'sess_mixed', 'audio.wav');
    const file = await open(audio, 'r+');
    const loud = Buffer.alloc(8);
    for (const [at, sample] of [20_000, 20_000, -300, 100].entries()) {
      loud.writeInt16LE(sample, 2 * at);
    }
    await file.write(loud, 0, loud.length, 44);
    await file.close();
    const { frames = 0, sampleRate } = (await archive.sound('sess_mixed')) ?? {};
    const pieces: Buffer[] = [];
    for await (const piece of archive.mono('sess_mixed', frames)) pieces.push(piece);
    const mono = bytesToPcm16(Buffer.concat(pieces));
    expect([...mono.subarray(0, 3)]).toEqual([32_767, -200, 0]);
    expect(mono[12_000]).toBe(16_384);
    expect(mono).toHaveLength(frames);
    expect(sampleRate).toBe(8000);
    expect((await archive.mono('sess_mixed', 0).next()).done).toBe(true);
  });

  it('keeps an analysis of a session, where there is one', async () => {
    expect(await archive.analysis('sess_a')).toBeNull();
    await archive.keepAnalysis('sess_a', { version: 1 });
    expect(await archive.analysis('sess_a')).toEqual({ version: 1 });
    const kept = await stat(path.join(folder, 'sess_a', 'analysis.json'));
    expect(kept.mode.toString(8)).toMatch(/600$/u);
    await expect(archive.keepAnalysis('sess_none', {})).rejects.toThrow('ENOENT');
  });

  it('lists all there are, the latest first, and has what was kept of each', async () => {
    await record('sess_b');
    await utimes(path.join(folder, 'sess_a', 'events.jsonl'), 1, 1);
    await archive.keepSummary('sess_b', { agent: 'test' });
    const ids = (await archive.list()).map(({ id }) => id);
    expect(ids).toContain('sess_b');
    expect(ids.at(-1)).toBe('sess_a');
    expect(await archive.summary('sess_b')).toEqual({ agent: 'test' });
    expect(await archive.summary('sess_a')).toBeNull();
    await expect(archive.keepSummary('sess_none', {})).rejects.toThrow('ENOENT');
  });

  it('deletes one, and those that are old and not kept', async () => {
    await record('sess_old');
    await record('sess_live');
    for (const id of ['sess_old', 'sess_live']) {
      await utimes(path.join(folder, id, 'events.jsonl'), 1, 1);
    }
    expect(await archive.sweep(500_000, (id) => id !== 'sess_old')).toEqual(['sess_old']);
    expect((await stat(path.join(folder, 'sess_live'))).isDirectory()).toBe(true);
    // Its files are just being made, by another process maybe.
    await mkdir(path.join(folder, 'sess_new'));
    expect(await archive.sweep(500_000, (id) => id !== 'sess_new')).toEqual([]);
    expect(await archive.delete('sess_live')).toBe(true);
    await expect(stat(path.join(folder, 'sess_live'))).rejects.toThrow('ENOENT');
  });

  it('is empty where nothing was ever recorded', async () => {
    const nowhere = new SessionArchive(path.join(folder, 'nowhere'));
    expect(await nowhere.list()).toEqual([]);
    expect(await nowhere.sweep(Number.MAX_VALUE, () => false)).toEqual([]);
  });
});
