import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClient } from './testing/test-client.ts';
import { writeAgent } from './testing/test-server.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antiphon-main-'));
  await writeAgent(path.join(folder, 'agents'), 'greeter', 'Hello there.');
});

afterEach(() => rm(folder, { recursive: true }));

/** Starts the program as a person would, in the test's folder. */
function start(args: string[] = [], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['--conditions=antiphon-source', '--import', TSX, MAIN, ...args],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, ANTIPHON_AGENTS_DIR: 'agents', ANTIPHON_PORT: '0', ...env },
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, output, errors }));
  return {
    child,
    ended,
    output: () => output,
    /** Resolves when the banner is there; rejects when the program ends before. */
    ready: async () => {
      while (!output.includes('Ctrl-C stops it.')) {
        const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
        if (typeof first === 'number') throw new Error(`Ended with ${first}: ${errors}`);
      }
      return output;
    },
  };
}

describe('the server program', () => {
  it('says where to go, makes a key on the first start, and stops on SIGTERM', async () => {
    const first = start();
    const output = await first.ready();
    const key = (await readFile(path.join(folder, '.antiphon', 'api-key'), 'utf8')).trim();
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(output) ?? [];
    expect(output).toContain(`Talk      http://127.0.0.1:${port}/talk#key=${key}`);
    expect(output).toContain('npx antiphon call greeter');
    expect(output).toContain(`ws://127.0.0.1:${port}/v1/realtime?agent=greeter`);
    expect(output).toContain('.antiphon/api-key');
    expect(output).toContain(`A new API key was made: ${key}`);
    const caller = await TestClient.open(`ws://127.0.0.1:${port}/v1/realtime`, { key });
    await caller.message('session.created');
    first.child.kill('SIGTERM');
    expect((await caller.closed).code).toBe(1001);
    expect((await first.ended).code).toBe(0);

    const second = start();
    expect(await second.ready()).not.toContain('A new API key was made');
    expect(second.output()).not.toContain(key);
    second.child.kill('SIGINT');
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  it('shows no key that somebody else made', async () => {
    const server = start([], { ANTIPHON_API_KEYS: 'sk-secret-of-mine' });
    expect(await server.ready()).toContain('from ANTIPHON_API_KEYS');
    server.child.kill('SIGTERM');
    const { output, errors } = await server.ended;
    expect(output + errors).not.toContain('sk-secret');
  });

  it('ends with 2 and says what is allowed when a setting is bad', async () => {
    const { code, errors, output } = await start(['--port', 'x'], {
      ANTIPHON_RECORDINGS: 'perhaps',
    }).ended;
    expect(code).toBe(2);
    expect(output).toBe('');
    expect(errors.trim().split('\n').toSorted()).toEqual([
      '--port is "x"; use a whole number from 0 to 65535; 0 picks a free port.',
      'ANTIPHON_RECORDINGS is "perhaps"; use on or off.',
    ]);
  });

  it('ends with 2 and names the file when its certificate cannot be read', async () => {
    const env = { ANTIPHON_TLS_CERT: 'nowhere.pem', ANTIPHON_TLS_KEY: 'key.pem' };
    const { code, errors } = await start([], env).ended;
    const file = path.join(await realpath(folder), 'nowhere.pem');
    expect(code).toBe(2);
    expect(errors.trim()).toBe(
      `ANTIPHON_TLS_CERT is ${file}, which cannot be read: there is no such file.`,
    );
  });

  it('ends with 2 at an option that is not known, and helps', async () => {
    const unknown = await start(['--prot', '1']).ended;
    expect([unknown.code, unknown.errors]).toEqual([2, expect.stringMatching(/--prot.*--help/s)]);
    const help = await start(['--help']).ended;
    expect([help.code, help.output]).toEqual([0, expect.stringContaining('ANTIPHON_DATA_DIR')]);
  });

  it('ends with 1 and without a stack when it cannot start', async () => {
    const { code, errors } = await start([], { ANTIPHON_AGENTS_DIR: 'nowhere' }).ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/nowhere cannot be listed/);
    expect(errors).not.toMatch(/\n\s+at /);
  });
});
