import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DrivenClock } from '@antiphon/session/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderMailSender } from './folder-mail-sender.ts';

const MAIL = {
  messageId: 'antiphon.1@localhost',
  to: 'ann@example.com',
  subject: 'Order 4471',
  text: 'It is shipped.\n',
};

describe('FolderMailSender', () => {
  let parent: string;
  let folder: string;
  let sender: FolderMailSender;

  beforeEach(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'antiphon-mail-'));
    folder = path.join(parent, 'data', 'mail');
    const from = { name: null, address: 'antiphon@localhost' };
    sender = new FolderMailSender({ folder, from, clock: new DrivenClock() });
  });

  afterEach(() => rm(parent, { recursive: true }));

  it('writes a mail that a mail program opens, for its owner alone', async () => {
    expect(await sender.send(MAIL)).toEqual({ kind: 'accepted' });
    expect(await readdir(folder)).toEqual(['antiphon.1.eml']);
    const file = path.join(folder, 'antiphon.1.eml');
    const source = await readFile(file, 'utf8');
    expect(source).toMatch(/^To: ann@example\.com\r$/mu);
    expect(source).toMatch(/^Message-ID: <antiphon\.1@localhost>\r$/mu);
    expect(source).toMatch(/\r\n\r\nIt is shipped\.\r\n$/u);
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('has one file for one mail', async () => {
    await sender.send(MAIL);
    await sender.send(MAIL);
    await sender.send({ ...MAIL, messageId: 'antiphon.2@localhost' });
    expect((await readdir(folder)).toSorted()).toEqual(['antiphon.1.eml', 'antiphon.2.eml']);
  });

  it('says so when nothing was written, and leaves nothing half-written', async () => {
    await writeFile(path.join(parent, 'data'), 'a file where the folder should be');
    expect(await sender.send(MAIL)).toEqual({
      kind: 'refused',
      isPermanent: false,
      reason: 'ENOTDIR',
    });
    expect(await readdir(parent)).toEqual(['data']);
  });
});
