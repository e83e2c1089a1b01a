import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readWav } from '@antiphon/audio';
import type { SessionEvent } from '@antiphon/session';
import { describeRecorder, DrivenClock } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileRecorder } from './file-recorder.ts';
import type { StorageError } from './storage-error.ts';

async function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'antiphon-recordings-'));
}

async function readRecording(folder: string) {
  const { pcm, sampleRate, channels } = readWav(await readFile(path.join(folder, 'audio.wav')));
  const lines = (await readFile(path.join(folder, 'events.jsonl'), 'utf8')).trim().split('\n');
  return {
    channels,
    sampleRate,
    caller: pcm.filter((_, index) => index % 2 === 0),
    agent: pcm.filter((_, index) => index % 2 === 1),
    events: lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown),
  };
}

const bytes = (pcm: Int16Array) => new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);

/** How many samples are those of the frames below. */
const loud = (pcm: Int16Array) =>
  pcm.reduce((count, sample) => count + Number(sample === 5_000), 0);

describeRecorder('FileRecorder', async () => {
  const folder = await temporaryFolder();
  const clock = new DrivenClock();
  return {
    recorder: new FileRecorder({ folder, clock }),
    clock,
    read: (sessionId) => readRecording(path.join(folder, sessionId)),
    close: () => rm(folder, { recursive: true }),
  };
});

describe('FileRecorder', () => {
  let folder: string;
  let clock: DrivenClock;
  let faults: (StorageError | null)[];
  let lost: { bytes: number; isFirst: boolean }[];

  beforeEach(async () => {
    folder = await temporaryFolder();
    clock = new DrivenClock();
    faults = [];
    lost = [];
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const recorderIn = (into = folder, sampleRate?: 8000 | 24000) =>
    new FileRecorder({
      folder: into,
      clock,
      ...(sampleRate && { sampleRate }),
      onFault: (_sessionId, fault) => faults.push(fault),
      onLost: (_sessionId, more) => lost.push(more),
    });

  const frame = (ms: number, value = 5_000) => ({
    pcm: new Int16Array(ms * 8).fill(value),
    sampleRate: 8000 as const,
    atMs: clock.now(),
  });

  const drained = (index: number): SessionEvent => ({
    type: 'playout.drained',
    itemId: `item_${index}`,
    atMs: clock.now(),
  });

  it('writes 16-bit stereo at the rate it is told, for nobody but the owner', async () => {
    const recording = recorderIn(folder, 24000).open('sess_1', clock.now());
    clock.advance(1_000);
    await recording.close();
    const found = await readRecording(path.join(folder, 'sess_1'));
    expect(found).toMatchObject({ channels: 2, sampleRate: 24000 });
    expect(found.caller).toHaveLength(24000);
    expect(await readdir(path.join(folder, 'sess_1'))).toEqual(['audio.wav', 'events.jsonl']);
    expect((await stat(path.join(folder, 'sess_1', 'audio.wav'))).mode & 0o077).toBe(0);
    expect((await stat(path.join(folder, 'sess_1'))).mode & 0o077).toBe(0);
  });

  it('loses an event that is no JSON, says so, and loses none of the others', async () => {
    const recorder = recorderIn();
    const [one, other] = ['sess_1', 'sess_2'].map((id) => recorder.open(id, clock.now()));
    const endless: { self?: unknown } = {};
    endless.self = endless;
    one!.event({ ...drained(1), itemId: endless } as unknown as SessionEvent);
    one!.event(drained(2));
    other!.event(drained(3));
    clock.advance(1_000);
    await Promise.all([one!.close(), other!.close()]);
    const eventsOf = async (id: string) => (await readRecording(path.join(folder, id))).events;
    expect(await eventsOf('sess_1')).toMatchObject([{ itemId: 'item_2' }]);
    expect(await eventsOf('sess_2')).toMatchObject([{ itemId: 'item_3' }]);
    expect(faults[0]).toMatchObject({ code: 'write_failed' });
  });

  it('places caller audio of its own rate to the sample', async () => {
    const recording = recorderIn().open('sess_1', clock.now());
    clock.advance(120);
    recording.caller(frame(20));
    clock.advance(60);
    recording.caller(frame(20, 7_000));
    await recording.close();
    const { caller } = await readRecording(path.join(folder, 'sess_1'));
    const expected = new Int16Array(1440).fill(5_000, 800, 960).fill(7_000, 1280, 1440);
    expect(caller).toEqual(expected);
  });

  it('is readable before it is closed, from its start on, with more every six seconds', async () => {
    const recording = recorderIn().open('sess_1', clock.now());
    const file = (name: string) => path.join(folder, 'sess_1', name);
    const speak = (ms: number) => {
      for (let elapsedMs = 0; elapsedMs < ms; elapsedMs += 20) {
        clock.advance(20);
        recording.caller(frame(20));
      }
    };
    const sound = async () => readWav(await readFile(file('audio.wav'))).pcm.length / 2;
    speak(500);
    await expect.poll(sound).toBe(0);
    expect(await readFile(file('events.jsonl'), 'utf8')).toBe('');
    recording.event(drained(1));
    speak(6_000);
    // The last two seconds of the sound can change yet.
    await expect.poll(sound).toBe(4 * 8000);
    expect(await readFile(file('events.jsonl'), 'utf8')).toContain('playout.drained');
    speak(6_000);
    await expect.poll(sound).toBe(10 * 8000);
    const { caller } = await readRecording(path.join(folder, 'sess_1'));
    expect(loud(caller)).toBe(10 * 8000);
    await recording.close();
  });

  it('keeps what it can hold of a client that sends faster than time, and tells of the rest', async () => {
    const recording = recorderIn().open('sess_1', clock.now());
    clock.advance(50);
    for (let minute = 0; minute < 2; minute++) recording.caller(frame(60_000));
    await recording.close();
    const { caller, events } = await readRecording(path.join(folder, 'sess_1'));
    expect([caller.length, loud(caller)]).toEqual([30 * 8000, 30 * 8000]);
    expect(events).toEqual([
      { atMs: clock.now(), type: 'recording.incomplete', lostBytes: 2 * 90 * 8000 },
    ]);
    expect(faults.map((fault) => fault?.code)).toEqual(['overrun']);
    expect(lost).toEqual([{ bytes: 2 * 90 * 8000, isFirst: true }]);
  });

  it.each(['caller', 'agent'] as const)(
    'loses nothing of the %s after minutes in which nobody was heard',
    async (side) => {
      const recording = recorderIn().open('sess_1', clock.now());
      clock.advance(150_000);
      const { pcm, sampleRate } = frame(200);
      if (side === 'agent') {
        recording.agent({ itemId: 'item_1', pcm, sampleRate, playsAtMs: clock.now() });
        clock.advance(200);
      } else {
        clock.advance(200);
        recording.caller(frame(200));
      }
      clock.advance(800);
      await recording.close();
      const found = await readRecording(path.join(folder, 'sess_1'));
      const expected = new Int16Array(151 * 8000).fill(5_000, 150 * 8000, 150.2 * 8000);
      expect(Buffer.compare(bytes(found[side]), bytes(expected))).toBe(0);
      expect(found.events).toEqual([]);
    },
  );

  it('loses the recording and nothing else when the folder cannot be made', async () => {
    const inTheWay = path.join(folder, 'file');
    await writeFile(inTheWay, '');
    const recording = recorderIn(inTheWay).open('sess_1', clock.now());
    recording.caller(frame(20));
    recording.event(drained(1));
    clock.advance(5_000);
    recording.event(drained(2));
    await recording.close();
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ name: 'StorageError', code: 'write_failed' });
    expect(faults[0]?.message).toMatch(/recording in .*sess_1 cannot be written: E(NOTDIR|EXIST)/);
    const drainedBytes = 2 * `${JSON.stringify(drained(1))}\n`.length;
    expect(lost).toEqual([{ bytes: 2 * 160 + drainedBytes, isFirst: true }]);
    expect(clock.pending).toBe(0);
  });

  it('never writes over a recording that is there', async () => {
    await mkdir(path.join(folder, 'sess_1'));
    await writeFile(path.join(folder, 'sess_1', 'audio.wav'), 'old');
    const recording = recorderIn().open('sess_1', clock.now());
    recording.caller(frame(20));
    await recording.close();
    expect(await readFile(path.join(folder, 'sess_1', 'audio.wav'), 'utf8')).toBe('old');
    expect(faults).toHaveLength(1);
  });

  it('drops what a slow disk leaves no room for, and says how much', async () => {
    const recording = recorderIn().open('sess_1', clock.now());
    // Nothing is written while this test does not give way.
    for (let elapsedMs = 0; elapsedMs < 120_000; elapsedMs += 1_000) {
      clock.advance(1_000);
      recording.caller(frame(1_000));
    }
    expect(faults.map((fault) => fault?.code)).toEqual(['overrun']);
    await recording.close();
    const { caller, events } = await readRecording(path.join(folder, 'sess_1'));
    expect(caller).toHaveLength(120 * 8000);
    expect(loud(caller)).toBe(30 * 8000);
    expect(loud(caller.subarray(0, 30 * 8000))).toBe(30 * 8000);
    expect(events).toEqual([
      { atMs: clock.now(), type: 'recording.incomplete', lostBytes: 2 * 90 * 8000 },
    ]);
    expect(lost.reduce((sum, { bytes: more }) => sum + more, 0)).toBe(2 * 90 * 8000);
  });

  it.each(['../up', 'a/b', '', 'ä'])('refuses "%s", which cannot name a folder', (id) => {
    expect(() => recorderIn().open(id, clock.now())).toThrow(/cannot name a folder/);
  });
});
