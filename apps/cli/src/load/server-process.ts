import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';

/** Loading neural models on a busy machine takes seconds. */
const START_LIMIT_MS = 60_000;

/** How often a starting server is asked whether it takes calls. */
const POLL_MS = 100;

/** A server that drains a thousand sessions is done in seconds. */
const STOP_LIMIT_MS = 10_000;

/** The end of what a server wrote is what says why it died. */
const KEPT_OUTPUT_CHARACTERS = 4_000;

/** A server of one's own. */
export interface ServerProcess {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

/** What is run, and how it is set up. */
export interface ServerProcessOptions {
  /** Arguments of Node.js: the server's main module and what it needs to be run. */
  readonly command: readonly string[];
  /** More of the server's environment variables; may put files into its data folder. */
  readonly settings: (dataDirectory: string) => Readonly<Record<string, string>>;
}

/**
 * Starts a server in a process of its own, with a free port, its own key and an empty data folder,
 * and waits until it takes calls. Rejects with `server_not_started` and the last words of the
 * server.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const port = await freePort();
  const key = `sk-bench-${randomBytes(16).toString('hex')}`;
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'antiphon-bench-'));
  const child = spawn(process.execPath, options.command, {
    env: {
      ...withoutSettings(process.env),
      ANTIPHON_HOST: '127.0.0.1',
      ANTIPHON_PORT: `${port}`,
      ANTIPHON_API_KEYS: key,
      ANTIPHON_DATA_DIR: dataDirectory,
      ANTIPHON_LOG_LEVEL: 'warn',
      ...options.settings(dataDirectory),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C goes to everything in the terminal's group; the server is stopped after its callers.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output = (output + text.toString()).slice(-KEPT_OUTPUT_CHARACTERS);
    });
  }
  // However this process ends, it takes its server along.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    await stopProcess(child);
    process.off('exit', kill);
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  if (child.pid !== undefined && (await isReady(url, child))) {
    return { url, key, pid: child.pid, stop };
  }
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
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}
