import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PLAIN_TOOL } from '@antiphon/session';
import { BullmqToolRunner, ToolQueue } from '@antiphon/tools';
import { isRedisMissing, PrivateRedis } from '@antiphon/tools/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const GREET = {
  ...PLAIN_TOOL,
  name: 'greet',
  description: 'Greets.',
  parameters: { type: 'object' },
  runs: 'server',
  run: 'queued',
} as const;

describe('the worker program', () => {
  const closings: (() => unknown)[] = [];
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'antiphon-worker-'));
    closings.push(() => rm(folder, { recursive: true }));
    const agent = path.join(folder, 'agents', 'greeter');
    await mkdir(path.join(agent, 'tools'), { recursive: true });
    const yaml = [
      'description: Greets.',
      'pipeline: a pipeline that only the server has',
      'voice: stub',
      'backchannel: ignore',
      'tools:',
      '  - name: greet',
      '    description: Greets.',
      '    parameters: { type: object, properties: { name: { type: string } } }',
    ];
    await writeFile(path.join(agent, 'agent.yaml'), `${yaml.join('\n')}\n`);
    await writeFile(path.join(agent, 'instructions.md'), 'Greet.\n');
    await writeFile(
      path.join(agent, 'tools', 'greet.mts'),
      'export default ({ name }: { name: string }) => `Hello ${name}`;\n',
    );
  });

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  /** Starts the program as a person would, in the test's folder. */
  function start(env: Record<string, string>) {
    const child = spawn(process.execPath, ['--conditions=antiphon-source', '--import', TSX, MAIN], {
      cwd: folder,
      env: { PATH: process.env.PATH, ANTIPHON_AGENTS_DIR: 'agents', ...env },
    });
    closings.push(() => child.kill('SIGKILL'));
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        child.emit('printed');
      });
    }
    const ended = once(child, 'close').then(([code]) => ({ code: code as number, text }));
    return {
      child,
      ended,
      /** Resolves when it has printed this; rejects when it ends before. */
      printed: async (part: string) => {
        while (!text.includes(part)) {
          const [first] = await Promise.race([once(child, 'printed'), once(child, 'close')]);
          if (first !== undefined) throw new Error(`Ended with ${String(first)}: ${text}`);
        }
        return text;
      },
    };
  }

  async function greeting(url: string): Promise<unknown> {
    const queue = new ToolQueue({ url });
    closings.push(() => queue.close());
    const runner = new BullmqToolRunner(queue, { agent: 'greeter', definitions: [GREET] });
    const call = { sessionId: 's', callId: 'c', name: 'greet', arguments: '{"name":"Ada"}' };
    return runner.run(call, new AbortController().signal);
  }

  it.skipIf(isRedisMissing)(
    'waits for Redis, runs jobs, keeps what is said out of its log, and stops on SIGTERM',
    async () => {
      const redis = await PrivateRedis.start();
      closings.push(() => redis.close());
      await redis.kill();
      const worker = start({ REDIS_URL: redis.url, ANTIPHON_WORKER_METRICS_PORT: '0' });
      const banner = await worker.printed('Ctrl-C stops it.');
      const [metrics = ''] = /http:.*\/metrics/u.exec(banner) ?? [];
      await worker.printed('Redis cannot be reached; trying again');
      await redis.restart();
      await worker.printed('Redis is there: taking jobs');
      expect(await greeting(redis.url)).toEqual({ kind: 'result', output: 'Hello Ada' });
      await worker.printed('job ended');
      const counted = await (await fetch(metrics)).text();
      expect(counted).toMatch(/^antiphon_worker_jobs_total\{.*"greet".*"result"\} 1$/mu);
      expect(counted).toMatch(/^antiphon_tool_jobs_waiting 0$/mu);
      worker.child.kill('SIGTERM');
      const { code, text } = await worker.ended;
      expect(code).toBe(0);
      expect(text).toContain(redis.socket);
      expect(text).toContain('"tool":"greet"');
      expect(text).not.toContain('Ada');
    },
  );

  it.skipIf(isRedisMissing)('does not start where the server sends mails elsewhere', async () => {
    const redis = await PrivateRedis.start();
    closings.push(() => redis.close());
    const SMTP = { SMTP_URL: 'smtp://u:secret@127.0.0.1:2525', SMTP_FROM: 'help@example.com' };
    await start({ REDIS_URL: redis.url, ...SMTP }).printed('Ctrl-C stops it.');
    const { code, text } = await start({ REDIS_URL: redis.url }).ended;
    expect(code).toBe(2);
    expect(text).toMatch(/sends e-mailed answers to smtp:\/\/127\.0\.0\.1:2525 from help@/u);
    expect(text).toMatch(/would send them to .*mail from .* same SMTP_URL/u);
    expect(text).not.toContain('secret');
  });

  it('says what it needs when it is started without', async () => {
    const { code, text } = await start({}).ended;
    expect(code).toBe(2);
    expect(text).toMatch(/^REDIS_URL is not set; use the one of the servers: redis:\/\//u);
  });

  it('says what is wrong with an agent', async () => {
    await rm(path.join(folder, 'agents', 'greeter', 'instructions.md'));
    const { code, text } = await start({ REDIS_URL: 'redis://127.0.0.1:1' }).ended;
    expect(code).toBe(1);
    expect(text).toContain('there is no instructions.md');
  });
});
