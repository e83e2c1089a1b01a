import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findApiKey } from './api-key.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'antiphon-key-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('findApiKey', () => {
  it('takes the option before the environment before the file', () => {
    mkdirSync(path.join(directory, '.antiphon'));
    writeFileSync(path.join(directory, '.antiphon', 'api-key'), 'from-file\n');
    const environment = { ANTIPHON_API_KEY: 'from-environment' };
    expect(findApiKey({ option: 'from-option', environment, directory })).toBe('from-option');
    expect(findApiKey({ environment, directory })).toBe('from-environment');
    expect(findApiKey({ environment: {}, directory })).toBe('from-file');
  });

  it('looks where the server was told to keep its data', () => {
    mkdirSync(path.join(directory, 'elsewhere'));
    writeFileSync(path.join(directory, 'elsewhere', 'api-key'), 'there');
    expect(findApiKey({ environment: { ANTIPHON_DATA_DIR: 'elsewhere' }, directory })).toBe(
      'there',
    );
  });

  it('says where to get one', () => {
    expect(() => findApiKey({ environment: {}, directory })).toThrowError(
      /--key, set ANTIPHON_API_KEY, .* Start it with "npm start"/u,
    );
  });
});
