import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';

/** The built server beside this package; the same place seen from `src` and from `dist`. */
const SERVER = fileURLToPath(new URL('../../../server/dist/main.js', import.meta.url));

/** Loading neural models on a busy machine takes seconds. */
const START_LIMIT_MS = 60_000;

/** How often a starting server is asked whether it is there. */
const POLL_MS = 100;

/** A server that drains a thousand sessions is done in seconds. */
const STOP_LIMIT_MS = 10_000;

/** The end of what a server wrote is what says why it died. */
const KEPT_OUTPUT_CHARACTERS = 4_000;

/** A server that runs only to be measured. */
export interface BenchServer {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts the built server in a process of its own: a free port, an empty data folder, recordings
 * off, room for `sessions`. Rejects with `server_not_started` and the last words of the server.
 */
export async function startBenchServer(sessions: number): Promise<BenchServer> {
  if (!existsSync(SERVER)) {
    throw new CliError('server_not_started', 'The server is not built: run "npm run build" first.');
  }
  const port = await freePort();
  const key = `bench-${randomBytes(16).toString('hex')}`;
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'antiphon-load-'));
  const child = spawn(process.execPath, [SERVER], {
    env: {
      ...withoutSettings(process.env),
      ANTIPHON_HOST: '127.0.0.1',
      ANTIPHON_PORT: `${port}`,
      ANTIPHON_API_KEYS: key,
      ANTIPHON_DATA_DIR: dataDirectory,
      ANTIPHON_RECORDINGS: 'off',
      ANTIPHON_LOG_LEVEL: 'warn',
      // A few more than asked for, so that a session that is slow to end keeps nobody out.
      ANTIPHON_MAX_SESSIONS: `${sessions + 8}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output = (output + text.toString()).slice(-KEPT_OUTPUT_CHARACTERS);
    });
  }
  // A bench that dies in any way takes its server along.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    await stopProcess(child);
    process.off('exit', kill);
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  if (await isReady(url, child)) return { url, key, pid: child.pid!, stop };
  await stop();
  throw new CliError(
    'server_not_started',
    `The server did not start. It said:\n${output.trim() || '(nothing)'}\nTry "npm start".`,
  );
}

/** Settings of the reader's own server are no part of what is measured. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSetting = (name: string) => name.startsWith('ANTIPHON_');
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSetting(name)));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the server takes calls; false when it died or takes too long. */
async function isReady(url: string, child: ChildProcess): Promise<boolean> {
  const deadlineAtMs = performance.now() + START_LIMIT_MS;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadlineAtMs) {
    const response = await fetch(`${url}/readyz`).catch(() => null);
    // An unread body would keep its connection busy.
    await response?.arrayBuffer();
    if (response?.ok) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}
