import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isRedisMissing, MailServer, PrivateRedis } from '@antiphon/tools/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSlowAgent } from './testing/slow-agent.ts';
import { startTestServer } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';
import { TypingCaller } from './testing/typing-caller.ts';

const WORKER = fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A second mail would come at once; a settled outbox is quiet. */
const QUIET_MS = 2_000;

describe.skipIf(isRedisMissing)('an answer that is promised by e-mail', () => {
  const closings: (() => unknown)[] = [];
  let redis: PrivateRedis;
  let mails: MailServer;
  let server: TestServer;
  let settings: Record<string, string>;
  /** The tool ends when it is there; the caller has hung up long before. */
  let releaseFile: string;

  beforeEach(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-promise-'));
    closings.push(() => rm(folder, { recursive: true }));
    redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    mails = await MailServer.start();
    closings.push(() => mails.close());
    const agentsDir = path.join(folder, 'agents');
    releaseFile = path.join(folder, 'release');
    await writeSlowAgent(agentsDir, { releaseFile, run: 'queued' });
    settings = {
      REDIS_URL: redis.url,
      SMTP_URL: mails.url,
      SMTP_FROM: 'help@example.com',
      ANTIPHON_AGENTS_DIR: agentsDir,
      ANTIPHON_DATA_DIR: path.join(folder, 'worker'),
    };
    server = await startTestServer({
      agentsDir,
      defaultAgent: 'slow',
      redisUrl: redis.url,
      smtpUrl: mails.url,
      smtpFrom: 'help@example.com',
    });
    let closed: Promise<void> | null = null;
    const { close } = server;
    server.close = () => (closed ??= close());
    closings.push(() => server.close());
  });

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  /** A worker in a process of its own. */
  async function startWorker(): Promise<ChildProcess> {
    const args = ['--conditions=antiphon-source', '--import', TSX, WORKER];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closings.push(() => child.kill('SIGKILL'));
    while (!String((await once(child.stdout, 'data'))[0]).includes('Ctrl-C'));
    return child;
  }

  /** The caller gets the offer, types yes to it and to the address, and hangs up. */
  async function acceptAndHangUp(): Promise<void> {
    const caller = await TypingCaller.open(server);
    await caller.identify();
    await caller.acceptsEmail();
    await caller.hangsUp();
  }

  /** Resolves when the first mail is there. */
  const firstDelivery = (): Promise<void> =>
    new Promise((resolve) => {
      mails.onDelivered = () => resolve();
    });

  it('arrives once, after the caller has hung up', async () => {
    const delivered = firstDelivery();
    await startWorker();
    await acceptAndHangUp();
    expect(mails.delivered).toEqual([]);
    await writeFile(releaseFile, '');
    await delivered;
    await sleep(QUIET_MS);
    expect(mails.delivered.map(({ to }) => to)).toEqual([['jo@example.com']]);
    expect(mails.delivered[0]?.source).toContain('It is in Columbus.');
  });

  it('arrives once although its worker and its server die', async () => {
    const delivered = firstDelivery();
    const first = await startWorker();
    await acceptAndHangUp();
    first.kill('SIGKILL');
    await server.close();
    await startWorker();
    await writeFile(releaseFile, '');
    await delivered;
    await sleep(QUIET_MS);
    expect(mails.delivered.map(({ to }) => to)).toEqual([['jo@example.com']]);
  });
});
