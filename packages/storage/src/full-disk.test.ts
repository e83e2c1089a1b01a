import { DrivenClock } from '@antiphon/session/testing';
import { readWav } from '@antiphon/audio';
import type { SessionEvent } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { FileRecorder } from './file-recorder.ts';
import { FakeDisk } from './testing/fake-disk.ts';
import type { StorageError } from './storage-error.ts';

/** A session that is recorded onto a disk of so many bytes. */
function recorded(capacity: number) {
  const disk = new FakeDisk(capacity);
  const clock = new DrivenClock();
  const faults: (StorageError['code'] | null)[] = [];
  let lostBytes = 0;
  const appends: [kind: string, tookMs: number][] = [];
  const recorder = new FileRecorder({
    folder: '/recordings',
    clock,
    disk,
    onAppend: (...append) => appends.push(append),
    onFault: (_sessionId, fault) => faults.push(fault?.code ?? null),
    onLost: (_sessionId, { bytes }) => (lostBytes += bytes),
  });
  const recording = recorder.open('sess_1', clock.now());
  let drained = 0;
  return {
    disk,
    clock,
    faults,
    appends,
    recording,
    lostBytes: () => lostBytes,
    /** The caller speaks, and an event comes each second; all is written that can be. */
    go: async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        for (let frame = 0; frame < 50; frame++) {
          clock.advance(20);
          const pcm = new Int16Array(160).fill(5_000);
          recording.caller({ pcm, sampleRate: 8000, atMs: clock.now() });
        }
        const itemId = `item_${(drained += 1)}`;
        const event: SessionEvent = { type: 'playout.drained', itemId, atMs: clock.now() };
        recording.event(event);
        await disk.quiet();
      }
    },
    /** Samples of the caller that were kept. */
    kept: () => {
      const { pcm } = readWav(disk.read('/recordings/sess_1/audio.wav'));
      return pcm.filter((sample) => sample !== 0).length;
    },
    events: (): { type: string; lostBytes?: number }[] => {
      const text = Buffer.from(disk.read('/recordings/sess_1/events.jsonl')).toString();
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string });
    },
  };
}

describe('a recording on a full disk', () => {
  it('goes on without a loss when there is room again soon', async () => {
    const test = recorded(100_000);
    await test.go(14);
    expect(test.faults).toEqual(['disk_full']);
    test.disk.capacity = Infinity;
    await test.go(20);
    expect(test.faults).toEqual(['disk_full', null]);
    await test.recording.close();
    expect(test.lostBytes()).toBe(0);
    expect(test.kept()).toBe(34 * 8000);
    expect(test.events().map(({ type }) => type)).toEqual(
      Array.from({ length: 34 }, () => 'playout.drained'),
    );
  });

  it('goes on after a loss, which it counts, in its place and with every event', async () => {
    const test = recorded(200_000);
    await test.go(60);
    expect(test.lostBytes()).toBeGreaterThan(0);
    test.disk.capacity = Infinity;
    await test.go(20);
    await test.recording.close();
    expect(test.faults).toEqual(['disk_full']);
    expect(2 * test.kept() + test.lostBytes()).toBe(2 * 80 * 8000);
    const { pcm } = readWav(test.disk.read('/recordings/sess_1/audio.wav'));
    expect(pcm.length).toBe(2 * 80 * 8000);
    // From 5 s before the end on nothing is missing.
    expect(pcm.slice(2 * 75 * 8000).filter((sample) => sample !== 0)).toHaveLength(5 * 8000);
    const events = test.events();
    expect(events).toHaveLength(81);
    expect(events.at(-1)).toMatchObject({
      type: 'recording.incomplete',
      lostBytes: test.lostBytes(),
    });
  });

  it('is made once there is room, when there was none for its files at first', async () => {
    const test = recorded(0);
    await test.go(3);
    expect(test.faults).toEqual(['disk_full']);
    expect(test.disk.files()).toEqual([]);
    test.disk.capacity = Infinity;
    await test.go(10);
    await test.recording.close();
    expect(test.faults).toEqual(['disk_full', null]);
    expect(test.kept()).toBe(13 * 8000);
    expect(test.events()).toHaveLength(13);
  });

  it('ends all the same when there is never room, and tells what is lost', async () => {
    const test = recorded(100_000);
    await test.go(50);
    await test.recording.close();
    expect(test.faults).toEqual(['disk_full']);
    const { pcm } = readWav(test.disk.read('/recordings/sess_1/audio.wav'));
    expect(pcm.length).toBe(2 * 50 * 8000);
    // What a write could place before the disk was full is in the file, and counted as lost.
    expect(2 * test.kept() + test.lostBytes()).toBeGreaterThanOrEqual(2 * 50 * 8000);
    expect(test.clock.pending).toBe(0);
    expect(test.disk.openFiles).toBe(0);
  });

  it('holds no more while a disk hangs than it may, and nobody waits for it', async () => {
    const test = recorded(Infinity);
    await test.go(1);
    test.disk.hang();
    for (let second = 0; second < 100; second++) {
      test.clock.advance(1_000);
      const pcm = new Int16Array(8_000).fill(5_000);
      test.recording.caller({ pcm, sampleRate: 8000, atMs: test.clock.now() });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(test.faults).toEqual(['overrun']);
    expect(test.disk.waiting).toBe(1);
    test.disk.goOn();
    await test.recording.close();
    expect(new Set(test.appends.map(([kind]) => kind))).toEqual(new Set(['events', 'sound']));
    // The one that hung was told with its time.
    expect(test.appends.filter(([, tookMs]) => tookMs > 90_000)).toHaveLength(1);
    expect(2 * test.kept() + test.lostBytes()).toBe(2 * 101 * 8000);
    expect(test.kept()).toBeLessThanOrEqual(31 * 8000);
  });
});
