import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isAlive, markIn, ownMark } from './process-mark.ts';

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  return child.pid!;
}

describe('the mark of a process', () => {
  it('is read as it was written; where there is none, nothing is known', async () => {
    const own = await ownMark();
    expect(markIn(JSON.stringify({ ...own, at: 'now' }))).toEqual(own);
    const unknown = { place: null, pid: 0, began: null };
    for (const text of ['', 'null', '{"pid":', '{"pid":-1}', '{"pid":"1"}']) {
      expect(markIn(text)).toEqual(unknown);
    }
  });

  it('tells at once on this machine whether it lives', async () => {
    const own = await ownMark();
    expect(await isAlive({ ...own, pid: await endedPid() }, own)).toBe(false);
    if (own.began === null) return;
    expect(await isAlive(own, own)).toBe(true);
  });

  it('is not that of a later process with its number, as after a container began anew', async () => {
    const own = await ownMark();
    // Where processes are not listed it has to be seen from its signs.
    const isListed = own.began !== null;
    expect(await isAlive({ ...own, began: '1' }, own)).toBe(isListed ? false : null);
  });

  it('says nothing of a process elsewhere, or of one whose beginning is unknown', async () => {
    const own = await ownMark();
    expect(await isAlive({ ...own, place: 'elsewhere' }, own)).toBeNull();
    expect(await isAlive({ ...own, place: null }, { ...own, place: null })).toBeNull();
    expect(await isAlive({ ...own, began: null }, own)).toBeNull();
  });

  it.skipIf(process.platform !== 'linux')(
    'is that of a process which is over, also while its parent does not ask how it ended',
    async () => {
      const own = await ownMark();
      // The shell becomes a parent that asks nothing.
      const parent = spawn('sh', ['-c', 'cat /proc/self/stat & exec cat']);
      let told = '';
      parent.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
      await expect.poll(() => told).toContain('\n');
      const [pid, ...fields] = told.slice(0, told.indexOf('\n')).split(/ \(.*\) | /u);
      const mark = { ...own, pid: Number(pid), began: fields[19] ?? '' };
      await expect.poll(() => isAlive(mark, own)).toBe(false);
      expect(process.kill(mark.pid, 0)).toBe(true);
      parent.stdin.end();
      await once(parent, 'close');
    },
  );
});
