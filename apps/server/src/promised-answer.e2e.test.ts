import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isRedisMissing, MailServer, PrivateRedis } from '@antiphon/tools/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClient } from './testing/test-client.ts';
import { startTestServer, TEST_KEY, writeAgent } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const WORKER = fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** How long the tool takes; the caller has hung up long before. */
const TOOL_MS = 6_000;

/** A second mail would come at once; a settled outbox is quiet. */
const QUIET_MS = 2_000;

const TOOLS = [
  'tools:',
  '  - name: who',
  '    description: Knows the caller.',
  '    contactField: email',
  '  - name: trace',
  '    description: Takes long.',
  '    run: queued',
  '    effect: none',
  '    deadlineMs: 1000',
  '    timeoutMs: 30000',
];

describe.skipIf(isRedisMissing)('an answer that is promised by e-mail', () => {
  const closings: (() => unknown)[] = [];
  let redis: PrivateRedis;
  let mails: MailServer;
  let server: TestServer;
  let settings: Record<string, string>;

  beforeEach(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-promise-'));
    closings.push(() => rm(folder, { recursive: true }));
    redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    mails = await MailServer.start();
    closings.push(() => mails.close());
    const agentsDir = path.join(folder, 'agents');
    await writeSlowAgent(agentsDir);
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
    const client = await TestClient.open(`${server.wsUrl}/v1/realtime?agent=slow`, {
      key: TEST_KEY,
    });
    const { session } = (await client.message('session.created')) as { session?: { id: string } };
    const feedUrl = `${server.wsUrl}/sessions/${session?.id}/feed`;
    const feed = await TestClient.open(feedUrl, { key: TEST_KEY });
    const call = (name: string): void =>
      client.send({
        type: 'response.create',
        response: { tool_choice: { type: 'function', name } },
      });
    const says = (text: string): void => {
      const content = [{ type: 'input_text', text }];
      const item = { type: 'message', role: 'user', content };
      client.send({ type: 'conversation.item.create', item });
      client.send({ type: 'response.create' });
    };
    const states = (): unknown[] =>
      feed.messages.flatMap((one) =>
        one.type === 'state' && one.region === 'turn' ? [one.to] : [],
      );
    const isAsked = (times: number) => (): boolean =>
      states().filter((state) => state === 'asking.awaiting').length === times;

    call('who');
    await feed.message(
      () => states().includes('toolPending.quiet') && states().at(-1) === 'listening',
    );
    call('trace');
    await feed.message(isAsked(1));
    says('yes please');
    await feed.message(isAsked(2));
    says('yes');
    await feed.message('followUp.promised');
    await client.close();
    await feed.closed;
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
    await delivered;
    await sleep(QUIET_MS);
    expect(mails.delivered.map(({ to }) => to)).toEqual([['jo@example.com']]);
  });
});

async function writeSlowAgent(agentsDir: string): Promise<void> {
  await writeAgent(agentsDir, 'slow', null);
  const folder = path.join(agentsDir, 'slow');
  await appendFile(path.join(folder, 'agent.yaml'), `${TOOLS.join('\n')}\n`);
  await mkdir(path.join(folder, 'tools'), { recursive: true });
  await mkdir(path.join(folder, 'follow-ups'), { recursive: true });
  await writeFile(
    path.join(folder, 'tools', 'who.mts'),
    "export default () => ({ email: 'jo@example.com' });\n",
  );
  await writeFile(
    path.join(folder, 'tools', 'trace.mts'),
    `export default () =>
  new Promise((resolve) => setTimeout(() => resolve({ place: 'Columbus' }), ${TOOL_MS}));\n`,
  );
  await writeFile(
    path.join(folder, 'follow-ups', 'trace.md'),
    'Subject: Your package\n\nIt is in {result.place}.\n',
  );
}
