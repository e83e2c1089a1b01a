// A server of its own with the agent of a load, for benchmarks.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PORT = 8791;

/**
 * @typedef {object} LoadServer
 * @property {number} pid
 * @property {string} recordings the folder of its recordings
 * @property {readonly string[]} loadArguments of Node, for a load that calls it
 * @property {string} feedUrl
 * @property {() => Promise<void>} stop ends it and deletes what it kept
 */

/**
 * Resolves when it takes calls.
 * @param {{ key: string, records: boolean, settings?: Record<string, string> }} options
 * @returns {Promise<LoadServer>}
 */
export async function startLoadServer({ key, records, settings = {} }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-bench-'));
  await cp(
    path.join(ROOT, 'apps/server/agents/stub-bench'),
    path.join(folder, 'agents/stub-bench'),
    { recursive: true },
  );
  await writeFile(path.join(folder, 'agents/package.json'), '{"type":"module"}');
  const server = spawn(process.execPath, [path.join(ROOT, 'apps/server/dist/main.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ANTIPHON_PORT: `${PORT}`,
      ANTIPHON_API_KEYS: key,
      ANTIPHON_DATA_DIR: path.join(folder, 'data'),
      ANTIPHON_AGENTS_DIR: path.join(folder, 'agents'),
      ANTIPHON_RECORDINGS: records ? 'on' : 'off',
      ANTIPHON_LOG_LEVEL: 'silent',
      ...settings,
    },
  });
  const exited = new Promise((resolve) => server.once('exit', resolve));
  const stop = async () => {
    server.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await isReady())) {
    await stop();
    throw new Error('The server did not start: run npm run build.');
  }
  return {
    pid: server.pid ?? 0,
    recordings: path.join(folder, 'data/recordings'),
    loadArguments: [
      path.join(ROOT, 'apps/cli/dist/main.js'),
      ...`load --engine stub --url http://127.0.0.1:${PORT} --key ${key}`.split(' '),
    ],
    feedUrl: `ws://127.0.0.1:${PORT}/console/feed`,
    stop,
  };
}

async function isReady() {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const response = await fetch(`http://127.0.0.1:${PORT}/readyz`).catch(() => null);
    if (response?.ok) return true;
    await sleep(200);
  }
  return false;
}
