import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSystem } from './recording-disk.ts';
import { RecordingOwners } from './recording-owners.ts';

const MINUTE_AGO = () => new Date(Date.now() - 60_000);

describe('recordings of a folder that processes share', () => {
  let folder: string;
  let clock: DrivenClock;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-owners-'));
    clock = new DrivenClock();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = () => RecordingOwners.open({ folder, clock });
  const signs = () => readdir(path.join(folder, '.servers'));
  const signFile = async () => path.join(folder, '.servers', (await signs())[0]!);
  const make = (owners: RecordingOwners, id: string) =>
    owners.marking(fileSystem).makeFolder(path.join(folder, id));

  /** What another process left: its sign, and a recording of its own. */
  async function leave(sign: object, id = 'sess_a'): Promise<void> {
    await mkdir(path.join(folder, '.servers'), { recursive: true });
    await mkdir(path.join(folder, id));
    await writeFile(path.join(folder, '.servers', 'other'), JSON.stringify(sign));
    await writeFile(path.join(folder, id, 'owner'), 'other');
  }

  /** The sign that a process of this machine gives. */
  async function ownSign(): Promise<{ place: string; pid: number; began: string }> {
    const owners = await open();
    const sign: unknown = JSON.parse(await readFile(await signFile(), 'utf8'));
    await owners.close();
    return sign as { place: string; pid: number; began: string };
  }

  async function endedPid(): Promise<number> {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'close');
    return child.pid!;
  }

  it('are written by those that made them, until they are released', async () => {
    const [first, second] = [await open(), await open()];
    await make(first, 'sess_a');
    expect(await first.isWritten('sess_a')).toBe(true);
    expect(await second.isWritten('sess_a')).toBe(true);
    await first.release('sess_a');
    expect(await second.isWritten('sess_a')).toBe(false);
    expect(await readdir(path.join(folder, 'sess_a'))).toEqual([]);
    await first.close();
    await second.close();
  });

  it('are nobody’s once their process has closed', async () => {
    const [first, second] = [await open(), await open()];
    await make(first, 'sess_a');
    await first.close();
    expect(await second.isWritten('sess_a')).toBe(false);
    await second.close();
    expect(await signs()).toEqual([]);
  });

  it('are nobody’s where nobody is named, or what is named is no process', async () => {
    const owners = await open();
    expect(await owners.isWritten('sess_none')).toBe(false);
    await leave({});
    await writeFile(path.join(folder, 'sess_a', 'owner'), '../sess_a/owner');
    expect(await owners.isWritten('sess_a')).toBe(false);
    await owners.close();
  });

  it('are nobody’s once a process of this machine is gone, however late its last sign', async () => {
    const { place } = await ownSign();
    const owners = await open();
    await leave({ place, pid: await endedPid(), began: '1' });
    expect(await owners.isWritten('sess_a')).toBe(false);
    await owners.close();
  });

  it.skipIf(process.platform !== 'linux')(
    'are those of a process that is only held up, and not of another with its number',
    async () => {
      const sign = await ownSign();
      const owners = await open();
      await leave(sign);
      await utimes(path.join(folder, '.servers', 'other'), MINUTE_AGO(), MINUTE_AGO());
      expect(await owners.isWritten('sess_a')).toBe(true);
      await writeFile(
        path.join(folder, '.servers', 'other'),
        JSON.stringify({ ...sign, began: '1' }),
      );
      expect(await owners.isWritten('sess_a')).toBe(false);
      await owners.close();
    },
  );

  it.each([{ place: 'elsewhere', pid: 1, began: '1' }, {}])(
    'are those of a process elsewhere for half a minute after its last sign: %o',
    async (sign) => {
      const owners = await open();
      await leave(sign);
      expect(await owners.isWritten('sess_a')).toBe(true);
      await utimes(path.join(folder, '.servers', 'other'), MINUTE_AGO(), MINUTE_AGO());
      expect(await owners.isWritten('sess_a')).toBe(false);
      await owners.close();
      // Whoever comes next takes the sign away.
      await (await open()).close();
      expect(await signs()).toEqual([]);
    },
  );

  it('have signs that are given again and again, also where somebody took them away', async () => {
    const owners = await open();
    const file = await signFile();
    await utimes(file, MINUTE_AGO(), MINUTE_AGO());
    const before = (await stat(file)).mtimeMs;
    clock.advance(5_000);
    await expect.poll(async () => (await stat(file)).mtimeMs).toBeGreaterThan(before);
    await rm(file);
    await expect
      .poll(async () => {
        clock.advance(5_000);
        return signs();
      })
      .toHaveLength(1);
    await owners.close();
  });

  it('are recorded also where no sign can be given', async () => {
    await writeFile(path.join(folder, '.servers'), 'a file');
    const owners = await open();
    await make(owners, 'sess_a');
    expect(await owners.isWritten('sess_a')).toBe(true);
    await owners.close();
  });
});
