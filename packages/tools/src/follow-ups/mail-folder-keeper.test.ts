import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderMailSender } from './folder-mail-sender.ts';
import { MailFolderKeeper } from './mail-folder-keeper.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1);

describe('MailFolderKeeper', () => {
  let folder: string;
  let clock: DrivenClock;
  let told: unknown[];
  let keeper: MailFolderKeeper;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-mails-'));
    clock = new DrivenClock(NOW_MS);
    told = [];
    const onSwept = (...news: unknown[]): void => void told.push(news);
    keeper = new MailFolderKeeper({ folder, keptDays: 30, clock, onSwept });
  });

  afterEach(async () => {
    keeper.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function aged(name: string, days: number): Promise<void> {
    await writeFile(path.join(folder, name), '');
    const seconds = (NOW_MS - days * DAY_MS) / 1_000;
    await utimes(path.join(folder, name), seconds, seconds);
  }

  it('deletes the mails that are older than they may be, and drafts that nobody finishes', async () => {
    await aged('antiphon.old-1.eml', 30.1);
    await aged('antiphon.young.eml', 29.9);
    await aged('.0b0bdc07-0f5a-4d4e-9a3e-000000000000.part', 1);
    await keeper.sweep();
    expect(await readdir(folder)).toEqual(['antiphon.young.eml']);
    expect(told).toEqual([[1, null]]);
  });

  it('deletes what was sent, and nothing that people keep in the folder', async () => {
    const from = { name: null, address: 'antiphon@localhost' };
    const sender = new FolderMailSender({ folder, from, clock });
    const messageId = 'antiphon.sess_1-call_2@localhost';
    await sender.send({ messageId, to: 'ann@example.com', subject: 's', text: 't' });
    const [mail = ''] = await readdir(folder);
    await aged(mail, 31);
    for (const name of ['notes.eml', 'antiphon.eml.bak', 'letter.part']) await aged(name, 999);
    await mkdir(path.join(folder, 'antiphon.dir.eml'));
    await keeper.sweep();
    expect((await readdir(folder)).toSorted()).toEqual(
      ['antiphon.dir.eml', 'antiphon.eml.bak', 'letter.part', 'notes.eml'].toSorted(),
    );
  });

  it('looks again every hour, until it is closed', async () => {
    await aged('antiphon.1.eml', 29.99);
    await keeper.sweep();
    clock.advance(3_600_000);
    while ((await readdir(folder)).length > 0) await new Promise(setImmediate);
    expect(clock.pending).toBeLessThanOrEqual(1);
    keeper.close();
    await new Promise(setImmediate);
    expect(clock.pending).toBe(0);
  });

  it('has nothing to say of a folder that is not there, and tells what it cannot do', async () => {
    await rm(folder, { recursive: true });
    await keeper.sweep();
    expect(told).toEqual([]);
    await writeFile(folder, 'a file');
    await keeper.sweep();
    expect(told).toEqual([[0, 'ENOTDIR']]);
  });
});
