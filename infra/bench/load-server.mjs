// A server of its own with the agent of a load, for benchmarks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {object} LoadServer
 * @property {() => number} cpuMs what it has used of a processor so far, in ticks of 10 ms
 * @property {string} recordings the folder of its recordings
 * @property {readonly string[]} loadArguments of Node, for a load that calls it
 * @property {string} url
 * @property {string} feedUrl
 * @property {() => Promise<void>} stop ends it and deletes what it kept
 */

/**
 * Resolves when it takes calls.
 * @param {{ key: string, records: boolean, settings?: Record<string, string> }} options
 * @returns {Promise<LoadServer>}
 */
export async function startLoadServer({ key, records, settings = {} }) {
  const port = await freePort();
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
      ANTIPHON_PORT: `${port}`,
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
  if (!(await isReady(port))) {
    await stop();
    throw new Error('The server did not start: run npm run build.');
  }
  return {
    cpuMs: () => cpuMsOf(server.pid ?? 0),
    recordings: path.join(folder, 'data/recordings'),
    loadArguments: [
      path.join(ROOT, 'apps/cli/dist/main.js'),
      ...`load --engine stub --url http://127.0.0.1:${port} --key ${key}`.split(' '),
    ],
    url: `http://127.0.0.1:${port}`,
    feedUrl: `ws://127.0.0.1:${port}/console/feed`,
    stop,
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** @param {number} pid */
function cpuMsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** @param {number} port */
async function isReady(port) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (response?.ok) return true;
    await sleep(200);
  }
  return false;
}
