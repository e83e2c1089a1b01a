import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiKeys } from './api-key.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-key-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const open = (dataDir = path.join(folder, 'data')) => openApiKeys({ apiKeys: null, dataDir });

describe('openApiKeys', () => {
  it('makes a key on the first start that only its owner can read', async () => {
    const keys = await open();
    expect(keys.isNew).toBe(true);
    expect(keys.first).toMatch(/^sk-antiphon-[\w-]{43}$/);
    expect(keys.file).toBe(path.join(folder, 'data', 'api-key'));
    expect((await readFile(keys.file!, 'utf8')).trim()).toBe(keys.first);
    expect((await stat(keys.file!)).mode & 0o777).toBe(0o600);
  });

  it('uses the same key on every later start', async () => {
    const made = await open();
    const found = await open();
    expect(found).toMatchObject({ first: made.first, isNew: false });
  });

  it('takes away what others may do with the file', async () => {
    const { file } = await open();
    await chmod(file!, 0o644);
    await open();
    expect((await stat(file!)).mode & 0o777).toBe(0o600);
  });

  it('opens with each of its keys what it is for, and with nothing else', async () => {
    const keys = await openApiKeys({
      apiKeys: [
        { key: 'sk-acme', tenant: 'acme' },
        { key: 'sk-one', tenant: null },
        { key: 'sk-two', tenant: null },
      ],
      dataDir: folder,
    });
    expect(keys).toMatchObject({ first: 'sk-one', file: null, isNew: false });
    expect(['sk-one', 'sk-two', 'sk-acme'].map((key) => keys.accessOf(key))).toEqual([
      { tenant: null },
      { tenant: null },
      { tenant: 'acme' },
    ]);
    const wrong = ['', 'sk-on', 'sk-one ', 'SK-ONE', null, undefined];
    expect(wrong.map((key) => keys.accessOf(key))).toEqual(wrong.map(() => null));
  });

  it('makes no file when keys come from the environment', async () => {
    await openApiKeys({
      apiKeys: [{ key: 'sk-one', tenant: null }],
      dataDir: path.join(folder, 'data'),
    });
    await expect(stat(path.join(folder, 'data'))).rejects.toThrow(/ENOENT/);
  });

  it('says which file is unusable and what to do', async () => {
    const { file } = await open();
    await writeFile(file!, '\n');
    await expect(open()).rejects.toThrow(/api-key holds no key\. Delete it/);
    await writeFile(path.join(folder, 'in-the-way'), '');
    await expect(open(path.join(folder, 'in-the-way', 'data'))).rejects.toThrow(
      /The API key file .* cannot be used: .*\n.*set ANTIPHON_DATA_DIR/,
    );
  });
});
