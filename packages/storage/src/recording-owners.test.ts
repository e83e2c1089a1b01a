import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownMark } from './process-mark.ts';
import { fileSystem } from './recording-disk.ts';
import { RecordingOwners } from './recording-owners.ts';
import type { RecordingOwnersOptions } from './recording-owners.ts';

const BEAT_MS = 5_000;
const HOUR_MS = 3_600_000;

/** One of two machines, with a clock of its own. */
class Machine {
  readonly clock: DrivenClock;
  readonly owners: RecordingOwners;

  constructor(options: Omit<RecordingOwnersOptions, 'clock'>, startAtMs?: number) {
    this.clock = new DrivenClock(startAtMs);
    this.owners = new RecordingOwners({ ...options, clock: this.clock });
  }

  async beat(times = 1, everyMs = BEAT_MS): Promise<void> {
    for (let beat = 0; beat < times; beat++) {
      this.clock.advance(everyMs);
      // What it does is done when it waits for the next.
      await expect.poll(() => this.clock.pending, { interval: 1 }).toBe(1);
    }
  }
}

describe('recordings of a folder that processes share', () => {
  let folder: string;
  let opened: Machine[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-owners-'));
    opened = [];
  });
  afterEach(async () => {
    for (const { owners } of opened) await owners.close();
    await rm(folder, { recursive: true });
  });

  async function open(
    options: Partial<RecordingOwnersOptions> = {},
    startAtMs?: number,
  ): Promise<Machine> {
    const machine = new Machine({ folder, ...options }, startAtMs);
    await machine.owners.open();
    opened.push(machine);
    return machine;
  }

  /** A process of another machine, or of another container. */
  const openElsewhere = (place: string, startAtMs?: number) =>
    open({ mark: { place, pid: 1, began: '1' } }, startAtMs);

  const signs = () => readdir(path.join(folder, '.servers'));
  const fileOf = (id: string) => path.join(folder, id, 'owner');
  const make = ({ owners }: Machine, id = 'sess_a') =>
    owners.marking(fileSystem).makeFolder(path.join(folder, id));

  it('are written by those that made them, until they are released', async () => {
    const [first, second] = [await open(), await open()];
    await make(first);
    expect(await first.owners.standing('sess_a')).toBe('writing');
    expect(await second.owners.standing('sess_a')).toBe('writing');
    await first.owners.release('sess_a');
    expect(await second.owners.standing('sess_a')).toBe('nobodys');
    expect(await readdir(path.join(folder, 'sess_a'))).toEqual([]);
  });

  it('are nobody’s where nobody is named, and were left where what is named is no process', async () => {
    const { owners } = await open();
    expect(await owners.standing('sess_none')).toBe('nobodys');
    await mkdir(path.join(folder, 'sess_a'));
    for (const named of ['', 'nobody', '../sess_a/owner']) {
      await writeFile(fileOf('sess_a'), named);
      expect(await owners.standing('sess_a')).toBe('left');
    }
  });

  it('were left by a process that closed, and nothing of it stays', async () => {
    const [first, second] = [await open(), await open()];
    await make(first);
    await first.owners.close();
    expect(first.clock.pending).toBe(0);
    await second.beat();
    expect(await second.owners.standing('sess_a')).toBe('left');
    await second.owners.close();
    expect(await signs()).toEqual([]);
  });

  it('were left, as soon as one looks, by a process of this machine that is gone', async () => {
    const own = await ownMark();
    const died = await open({ mark: { ...own, pid: 0x7f_ff_ff_ff } });
    await make(died);
    const { owners } = await open();
    expect(await owners.standing('sess_a')).toBe('left');
    expect(await signs()).toHaveLength(1);
  });

  it('were left by a process of elsewhere that gave no sign for half a minute', async () => {
    const [died, second] = [await openElsewhere('here'), await openElsewhere('there')];
    await make(died);
    await second.beat(5);
    expect(await second.owners.standing('sess_a')).toBe('writing');
    await second.beat();
    expect(await second.owners.standing('sess_a')).toBe('left');
    expect(await signs()).toHaveLength(1);
    await second.beat();
    expect(await second.owners.standing('sess_a')).toBe('left');
  });

  it('are written by a process of elsewhere whatever time it is there', async () => {
    const first = await openElsewhere('here', 10 * HOUR_MS);
    const second = await openElsewhere('there', 20 * HOUR_MS);
    await make(first);
    await make(second, 'sess_b');
    for (let beat = 0; beat < 10; beat++) {
      await first.beat();
      await second.beat();
    }
    expect(await first.owners.standing('sess_b')).toBe('writing');
    expect(await second.owners.standing('sess_a')).toBe('writing');
  });

  it('are those of others still for one that was held up itself', async () => {
    const [first, second] = [await openElsewhere('here'), await openElsewhere('there')];
    await make(first);
    await second.beat(5);
    await second.beat(1, HOUR_MS);
    await first.beat();
    await second.beat();
    expect(await second.owners.standing('sess_a')).toBe('writing');
  });

  it('are marked again by a process that was held up so long that it was taken for gone', async () => {
    const [first, second] = [await openElsewhere('here'), await openElsewhere('there')];
    await make(first);
    await make(first, 'sess_b');
    await first.owners.release('sess_b');
    await second.beat(7);
    expect(await second.owners.standing('sess_a')).toBe('left');
    await second.owners.release('sess_a');

    await first.beat();
    await second.beat();
    expect(await second.owners.standing('sess_a')).toBe('writing');
    expect(await second.owners.standing('sess_b')).toBe('nobodys');
  });

  it('are marked once they can be, unless they are released by then', async () => {
    const first = await open();
    const noDisk = { ...fileSystem, makeFolder: () => Promise.resolve() };
    for (const id of ['sess_a', 'sess_b']) {
      await first.owners.marking(noDisk).makeFolder(path.join(folder, id));
      expect(await first.owners.standing(id)).toBe('nobodys');
    }
    await first.owners.release('sess_b');
    for (const id of ['sess_a', 'sess_b']) await mkdir(path.join(folder, id));
    await first.beat();
    expect(await first.owners.standing('sess_a')).toBe('writing');
    expect(await first.owners.standing('sess_b')).toBe('nobodys');
  });

  it('are recorded also where no sign can be given, which is told once', async () => {
    const told: unknown[] = [];
    const file = path.join(folder, '.servers');
    await writeFile(file, 'a file');
    const first = await open({ onFault: (error) => told.push(error) });
    await make(first);
    await first.beat(3);
    expect(await first.owners.standing('sess_a')).toBe('writing');
    expect(told).toEqual([expect.objectContaining({ code: 'EEXIST' })]);
    await rm(file);
    await first.beat(2);
    expect(told).toEqual([expect.anything(), null]);
    expect(await signs()).toHaveLength(1);
  });

  it('are not for others to change where it cannot be read whose they are', async () => {
    const { owners } = await open();
    await mkdir(fileOf('sess_a'), { recursive: true });
    expect(await owners.standing('sess_a')).toBe('writing');
    await mkdir(path.join(folder, '.servers', 'other'));
    await mkdir(path.join(folder, 'sess_b'));
    await writeFile(fileOf('sess_b'), 'other');
    expect(await owners.standing('sess_b')).toBe('writing');
  });

  it('hold up no end where the disk hangs', async () => {
    const { clock, owners } = await open();
    const pipe = path.join(folder, '.servers', 'other');
    // To read it is to wait for somebody who writes.
    await promisify(execFile)('mkfifo', [pipe]);
    clock.advance(BEAT_MS);
    await expect.poll(() => clock.pending).toBe(0);
    const closed = owners.close();
    clock.advance(1_000);
    await closed;
    await writeFile(pipe, '');
  });
});
